#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace varangian {

/// Edits (insert, delete, replace, swap neighbours) between two words.
int edit_distance(std::string_view a, std::string_view b);

/// The candidate that a mistyped name most likely meant, or "" when none is near.
std::string nearest(std::string_view name, std::span<const std::string> candidates);

/// "; did you mean "median"?", or the list of what there is when nothing is near.
std::string suggestion(std::string_view name, std::span<const std::string> candidates);

}  // namespace varangian

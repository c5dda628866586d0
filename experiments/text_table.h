#pragma once

#include <string>
#include <vector>

namespace varangian {

/// Rows of a table, its header first.
using Cells = std::vector<std::vector<std::string>>;

/// For the eye: columns as wide as their widest cell, all but the first to the right.
std::string aligned_text(const Cells& rows);

/// For other programs (RFC 4180).
std::string csv_text(const Cells& rows);

/// For a paper, with the package booktabs. Cells are LaTeX already; `rows` is not empty.
std::string latex_text(const Cells& rows);
std::string latex_escaped(const std::string& text);

}  // namespace varangian

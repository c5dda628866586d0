#pragma once

#include "core/json.h"

#include <cstddef>
#include <cstdint>
#include <random>
#include <string>
#include <vector>

namespace varangian {

using Luck = std::minstd_rand;

/// Changes JSON at one place: a value goes, comes, moves, is replaced by one of `words` or by another of the
/// document, a key is renamed. Most changes of single bytes only break the syntax; these keep it, and so
/// reach what lies behind the parser.
void mutate_json(Json& document, const std::vector<Json>& words, Luck& luck);

/// The same for a text; libFuzzer's own change of bytes when it is no JSON. Returns the new size.
size_t mutate_json_text(uint8_t* data, size_t size, size_t most, const std::vector<Json>& words, Luck& luck);

/// Numbers, texts and shapes that readers stumble over.
std::vector<Json> awkward_values();

}  // namespace varangian

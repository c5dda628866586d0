#pragma once

#include "varangian/descriptor.h"

#include <algorithm>
#include <cstddef>
#include <span>
#include <string>
#include <vector>

namespace varangian {

/// Columns of a message that share one scale.
struct Block {
  size_t begin, size;
};

/// The message in blocks of `longest` columns.
inline std::vector<Block> even_blocks(size_t columns, size_t longest) {
  std::vector<Block> blocks;
  for (size_t begin = 0; begin < columns; begin += longest)
    blocks.push_back({begin, std::min(longest, columns - begin)});
  return blocks;
}

/// One block a layer: layers[i] is the first column of layer i.
inline std::vector<Block> layer_blocks(size_t columns, std::span<const int64_t> layers) {
  std::vector<Block> blocks;
  for (size_t i = 0; i < layers.size(); ++i) {
    const size_t begin = static_cast<size_t>(layers[i]);
    blocks.push_back({begin, (i + 1 < layers.size() ? static_cast<size_t>(layers[i + 1]) : columns) - begin});
  }
  return blocks;
}

inline std::vector<Block> scaled_blocks(const std::string& scope, size_t columns,
                                        std::span<const int64_t> layers) {
  return scope == "layer" ? layer_blocks(columns, layers) : even_blocks(columns, columns);
}

inline Parameter scope_parameter(const std::string& initial) {
  return {.name = "scope",
          .summary = "what shares one scale: the whole message, or each layer that has weights",
          .initial = initial,
          .choices = {"model", "layer"}};
}

}  // namespace varangian

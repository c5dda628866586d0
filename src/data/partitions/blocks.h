#pragma once

#include "data/partition.h"

#include <cstdint>
#include <span>
#include <vector>

namespace varangian {

/// 0..count-1 in a pseudo-random order.
std::vector<int64_t> random_order(int64_t count, const Random& random);

/// Sorts samples by their labels; samples of one label keep their order.
void sort_by_label(std::span<int64_t> samples, std::span<const int64_t> labels);

/// Throws Error, in the name of `partition`, when the data set has no labels (regression).
void require_labels(std::span<const int64_t> labels, int64_t count, const char* partition);

/// Appends `order`, cut into one block of consecutive samples for each shard, to the shards. Sizes differ by
/// one at most; the blocks with one more are dealt to the shards `first`, `first` + 1, ..., around the end.
void deal_blocks(std::span<const int64_t> order, int64_t first, Shards& shards);

}  // namespace varangian

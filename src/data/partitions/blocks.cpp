#include "data/partitions/blocks.h"

#include "varangian/error.h"

#include <algorithm>

namespace varangian {

std::vector<int64_t> random_order(int64_t count, const Random& random) {
  std::vector<int64_t> order(static_cast<size_t>(count));
  if (count == 0) return order;
  const Permutation permutation(random, static_cast<uint64_t>(count), 0, 0);
  for (int64_t i = 0; i < count; ++i)
    order[static_cast<size_t>(i)] = static_cast<int64_t>(permutation(static_cast<uint64_t>(i)));
  return order;
}

void sort_by_label(std::span<int64_t> samples, std::span<const int64_t> labels) {
  std::stable_sort(samples.begin(), samples.end(), [labels](int64_t a, int64_t b) {
    return labels[static_cast<size_t>(a)] < labels[static_cast<size_t>(b)];
  });
}

void require_labels(std::span<const int64_t> labels, int64_t count, const char* partition) {
  if (labels.empty() && count > 0)
    throw Error::format(
        "partition {}: it deals samples by their class, and this data set has none (regression); use iid or "
        "file",
        partition);
  VARANGIAN_ASSERT_EQ(static_cast<int64_t>(labels.size()), count);
}

void deal_blocks(std::span<const int64_t> order, int64_t first, Shards& shards) {
  const size_t owners = shards.size();
  VARANGIAN_ASSERT_LE(size_t{1}, owners);
  const size_t size = order.size() / owners;
  const size_t longer = order.size() % owners;
  auto begin = order.begin();
  for (size_t i = 0; i < owners; ++i) {
    const size_t turn = (i + owners - static_cast<size_t>(first) % owners) % owners;
    const auto end = begin + static_cast<int64_t>(turn < longer ? size + 1 : size);
    shards[i].insert(shards[i].end(), begin, end);
    begin = end;
  }
}

}  // namespace varangian

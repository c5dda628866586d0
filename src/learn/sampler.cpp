#include "learn/sampler.h"

#include <algorithm>
#include <optional>

namespace varangian {

Sampler::Sampler(Shards shards, int64_t batch, uint64_t seed)
    : shards_(std::move(shards)), batch_(batch), random_(seed, Purpose::batches) {}

int64_t Sampler::size(int64_t worker) const {
  return std::min(batch_, static_cast<int64_t>(shards_[static_cast<size_t>(worker)].size()));
}

void Sampler::fill(int64_t worker, int64_t round, int64_t* out) const {
  const std::vector<int64_t>& shard = shards_[static_cast<size_t>(worker)];
  const uint64_t count = static_cast<uint64_t>(size(worker)), length = shard.size();
  if (count == 0) return;
  uint64_t position = static_cast<uint64_t>(round - 1) * count;
  uint64_t pass = position / length;
  std::optional<Permutation> order(std::in_place, random_, length, static_cast<uint32_t>(worker), pass);
  for (uint64_t i = 0; i < count; ++i, ++position) {
    if (position / length != pass) {
      pass = position / length;
      order.emplace(random_, length, static_cast<uint32_t>(worker), pass);
    }
    out[i] = shard[(*order)(position % length)];
  }
}

}  // namespace varangian

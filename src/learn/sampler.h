#pragma once

#include "data/partition.h"
#include "varangian/random.h"

#include <cstdint>
#include <vector>

namespace varangian {

/// Which samples a worker takes in a round, as a function of (seed, worker, round) alone. A worker passes
/// over its shard again and again, each time in another random order; a batch may span two passes.
class Sampler {
 public:
  /// shards: by worker id. A shard smaller than `batch` gives all of it each round.
  Sampler(Shards shards, int64_t batch, uint64_t seed);

  int64_t batch() const { return batch_; }

  /// Samples that the worker has in every round: `batch`, or its whole shard when that is smaller.
  int64_t size(int64_t worker) const;

  /// Fills out[0..size(worker)).
  void fill(int64_t worker, int64_t round, int64_t* out) const;

  const Shards& shards() const { return shards_; }

 private:
  Shards shards_;
  int64_t batch_;
  Random random_;
};

}  // namespace varangian

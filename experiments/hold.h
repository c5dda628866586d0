#pragma once

#include "core/json.h"
#include "core/schema.h"

namespace varangian {

/// `hold` of a search for breaking points: what stays as with the config's own number of workers, however
/// many a run has. (Both are settings of their own too: /workers/partition/shards, /workers/batch/total.)
struct Hold {
  bool shard_size = false, total_batch = false;
  int64_t count = 0, byzantine = 0;  ///< of the config itself

  /// Makes the config of one run keep it, where that does not say otherwise itself.
  void apply(Json& run) const;
};

/// `what`, at `at`: "shard_size", "total_batch" and "data_set", one of them or a list. `config` is without
/// its sweep.
Hold parse_hold(const Json& what, const std::string& at, const Json& config, Problems& problems);

}  // namespace varangian

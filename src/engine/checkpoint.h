#pragma once

#include "record/run_directory.h"
#include "varangian/state.h"

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>

namespace varangian {

/// Where a run stands after a round.
struct Position {
  int64_t round = 0;
  std::map<std::string, int64_t> lengths;  ///< bytes of each csv that belong to it
  std::string last;                        ///< JSON of the last evaluation, for the manifest
  std::string machine;                     ///< instruction set and LibTorch's version
};

/// Instruction set (on a GPU the card), LibTorch's version and the engine's revision: where these differ,
/// bits may.
std::string machine_identity(at::Device device);

/// Writes checkpoints/<round>.safetensors and removes all but the latest two. The csv files must be synced
/// before.
void save_checkpoint(const RunDirectory& directory, const State& state, const Position& position);

/// Loads the latest checkpoint that is whole, fits `state` and whose csv files are there; damaged ones are
/// passed over with a line to `warn`. Empty when there is none.
std::optional<Position> load_checkpoint(const RunDirectory& directory, State& state,
                                        const std::function<void(const std::string&)>& warn);

}  // namespace varangian

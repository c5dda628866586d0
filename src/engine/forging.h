#pragma once

#include "engine/server_oracle.h"
#include "varangian/adversary.h"

#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace varangian {

/// What a liar's lie replaces: its gradient, before its momentum, or the message that it would send.
enum class Stage { gradient, message };

/// Whether a liar starts from what comes of its own samples.
bool starts_from_own(const Adversary& adversary);

/// Liars that follow one adversary from round first to round last; in other rounds they are honest.
struct Liars {
  std::shared_ptr<const Adversary> adversary;
  std::string name;
  std::vector<int64_t> workers;
  int64_t first = 1;
  int64_t last = INT64_MAX;
  Random random;
  Stage stage = Stage::message;
  std::string prefix = {};  ///< of the names of its state

  bool active(int64_t round) const { return first <= round && round <= last; }
  const DataAdversary* poisoner() const { return dynamic_cast<const DataAdversary*>(adversary.get()); }
  const OmniscientAdversary* omniscient() const {
    return dynamic_cast<const OmniscientAdversary*>(adversary.get());
  }
};

/// What liars are shown of a round. `server.wire` holds the honest messages as encoded; at stage gradient
/// nothing is encoded yet, and the oracle does not answer.
struct ForgeView {
  Stage stage;
  at::Tensor rows;  ///< [n, d]: honest rows of all workers; those of the liars are replaced
  const Roster& roster;
  const Defence& defence;
  const DefenceView& server;
  const at::Tensor& full_gradient;
  std::function<void(const at::Tensor&, int64_t)> encode;  ///< see OracleView
  Parallel& parallel;
};

/// Adds to `state` what these liars remember, under their prefix. Throws Error that names the adversary.
void declare(const Liars& liars, State& state, int64_t columns, at::Device device);

/// Lets all liars of this stage forge, those of one entry after those of another: blind ones each alone,
/// omniscient ones together. Throws Error that names the adversary when it throws, changes the honest rows or
/// spoils the shape of its messages.
void forge(const std::vector<Liars>& liars, const ForgeView& view);

}  // namespace varangian

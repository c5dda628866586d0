#pragma once

#include "engine/defence.h"
#include "engine/roster.h"
#include "varangian/compressor.h"
#include "varangian/honest.h"
#include "varangian/oracle.h"

#include <functional>

namespace varangian {

/// What an oracle needs of a round.
struct OracleView {
  const Defence& defence;
  const Roster& roster;
  const HonestRows& honest;
  DefenceView server;  ///< its wire holds all n messages; those of the liars are free to be overwritten
  Parallel& parallel;
  /// Writes what the codec makes of a message into a row of the wire; null where rows travel as they are.
  std::function<void(const at::Tensor& message, int64_t worker)> encode;
};

/// Asks the defence itself. Rows of the liars that it overwrote are put back when it goes.
class ServerOracle final : public Oracle {
 public:
  explicit ServerOracle(OracleView view) : view_(std::move(view)) {}
  ServerOracle(const ServerOracle&) = delete;
  ServerOracle& operator=(const ServerOracle&) = delete;
  ~ServerOracle() override;

  at::Tensor update(const at::Tensor& message, Explanation* explanation = nullptr) const override;
  std::unique_ptr<Line> line(const at::Tensor& origin, const at::Tensor& direction) const override;

 private:
  OracleView view_;
  mutable std::vector<at::Tensor> saved_;
};

}  // namespace varangian

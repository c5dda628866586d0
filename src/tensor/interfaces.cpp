#include "varangian/adversary.h"
#include "varangian/column_rule.h"
#include "varangian/compressor.h"
#include "varangian/diagnostic.h"
#include "varangian/error.h"
#include "varangian/gram_rule.h"
#include "varangian/message.h"
#include "varangian/packed_compressor.h"
#include "varangian/parallel.h"
#include "varangian/row_rule.h"

#include "kernels/signs.h"

#include <ATen/ATen.h>

namespace varangian {

// The interfaces' destructors stand in one place of the program, so that a plugin shares their type
// information.
Adversary::~Adversary() = default;
BlindAdversary::~BlindAdversary() = default;
DataAdversary::~DataAdversary() = default;
OmniscientAdversary::~OmniscientAdversary() = default;
Oracle::~Oracle() = default;
Line::~Line() = default;
Aggregator::~Aggregator() = default;
ColumnRule::~ColumnRule() = default;
GramRule::~GramRule() = default;
RowRule::~RowRule() = default;
PreAggregator::~PreAggregator() = default;
Parallel::~Parallel() = default;
Compressor::~Compressor() = default;
PackedCompressor::~PackedCompressor() = default;
Diagnostic::~Diagnostic() = default;

void Adversary::check(int64_t, int64_t) const {}
void Adversary::declare(State&, int64_t, int64_t, at::Device) const {}
bool DataAdversary::trigger(at::Tensor, std::span<const int64_t>) const { return false; }
void DataAdversary::forge(const BlindView& view, at::Tensor messages) const { messages.copy_(view.own); }

void send_all(const at::Tensor& message, at::Tensor messages) { messages.copy_(message.expand_as(messages)); }

void require_classes(const Batch& batch) {
  if (batch.classes == 0) throw Error("it changes labels, and the targets of this task are values");
}

OmniscientView with_state(const OmniscientView& view, const State& state) {
  const BlindView blind{.own = view.own,
                        .workers = view.workers,
                        .count = view.count,
                        .byzantine = view.byzantine,
                        .clock = view.clock,
                        .last_update = view.last_update,
                        .random = view.random,
                        .state = state};
  return {blind, view.honest, view.oracle, view.weights, view.layers, view.full_gradient, view.parallel};
}

void forge_as(const Adversary& adversary, const OmniscientView& view, at::Tensor messages) {
  if (const auto* seeing = dynamic_cast<const OmniscientAdversary*>(&adversary))
    return seeing->forge(view, messages);
  dynamic_cast<const BlindAdversary&>(adversary).forge(view, messages);
}

void Aggregator::check(int64_t, int64_t) const {}
void PreAggregator::check(int64_t, int64_t) const {}
void ColumnRule::vote(const ColumnBlock&, at::Tensor) const {
  throw Error("it gives signs, but has no vote() to write them");
}
void RowRule::declare(State&, int64_t, int64_t, at::Device) const {}

std::string_view to_string(Encoding encoding) { return encoding == Encoding::dense ? "dense" : "signs"; }

int64_t payload_bytes(Encoding encoding, int64_t columns) {
  return encoding == Encoding::dense ? 4 * columns : (columns + 7) / 8;
}

}  // namespace varangian

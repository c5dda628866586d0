#include "engine/forging.h"

#include "core/blame.h"
#include "varangian/columns.h"

#include <ATen/ATen.h>
#include <fmt/ranges.h>

#include <optional>

namespace varangian {
namespace {

class SilentOracle final : public Oracle {
 public:
  at::Tensor update(const at::Tensor&, Explanation*) const override { return refuse(), at::Tensor(); }
  std::unique_ptr<Line> line(const at::Tensor&, const at::Tensor&) const override {
    return refuse(), nullptr;
  }

 private:
  static void refuse() {
    throw Error(
        "it asks the server's rule, which sees messages, not gradients; set \"stage\" to \"message\"");
  }
};

// The liars' part of a round, for those who follow one adversary.
class Forger {
 public:
  Forger(const Liars& liars, const ForgeView& view)
      : liars_(liars), view_(view), random_(liars.random.at(view.server.clock.round)) {}

  void blind(size_t first, size_t count) const {
    const std::vector<int64_t> workers(liars_.workers.begin() + static_cast<int64_t>(first),
                                       liars_.workers.begin() + static_cast<int64_t>(first + count));
    const at::Tensor own = liars_.adversary->reads_own() ? select_rows(view_.rows, workers) : at::Tensor();
    const State state =
        view_.server.state.part(liars_.prefix, static_cast<int64_t>(first), static_cast<int64_t>(count));
    at::Tensor messages = fresh(count);
    dynamic_cast<const BlindAdversary&>(*liars_.adversary).forge(facts(own, workers, state), messages);
    deliver(messages, workers);
  }

  void together(const HonestRows& honest) const {
    const at::Tensor own =
        liars_.adversary->reads_own() ? select_rows(view_.rows, liars_.workers).clone() : at::Tensor();
    const State state = view_.server.state.part(liars_.prefix);
    at::Tensor messages = fresh(liars_.workers.size());
    const auto changes = honest.rows()._version();
    {
      const SilentOracle silent;
      const ServerOracle oracle({.defence = view_.defence,
                                 .roster = view_.roster,
                                 .honest = honest,
                                 .server = view_.server,
                                 .parallel = view_.parallel,
                                 .encode = view_.encode});
      const Oracle& asked = view_.stage == Stage::message ? static_cast<const Oracle&>(oracle)
                                                          : static_cast<const Oracle&>(silent);
      liars_.omniscient()->forge({facts(own, liars_.workers, state), honest, asked, view_.server.weights,
                                  view_.server.layers, view_.full_gradient, view_.parallel},
                                 messages);
    }
    if (honest.rows()._version() != changes)
      throw Error("it changed the honest rows, which it may only read");
    deliver(messages, liars_.workers);
  }

 private:
  at::Tensor fresh(size_t count) const {
    return at::empty({static_cast<int64_t>(count), view_.rows.size(1)}, view_.rows.options());
  }

  BlindView facts(const at::Tensor& own, std::span<const int64_t> workers, const State& state) const {
    return {.own = own,
            .workers = workers,
            .count = view_.roster.count,
            .byzantine = static_cast<int64_t>(view_.roster.byzantine.size()),
            .clock = view_.server.clock,
            .last_update = view_.server.last_update,
            .random = random_,
            .state = state};
  }

  // `messages` is the adversary's own handle: operators with an out argument may have given it another shape.
  void deliver(const at::Tensor& messages, const std::vector<int64_t>& workers) const {
    if (messages.dim() != 2 || messages.size(0) != static_cast<int64_t>(workers.size()) ||
        messages.size(1) != view_.rows.size(1) || messages.scalar_type() != at::kFloat ||
        messages.device() != view_.rows.device())
      throw Error::format("its messages became {} [{}] on {}; they must stay Float [{}, {}] on {}",
                          at::toString(messages.scalar_type()), fmt::join(messages.sizes(), ", "),
                          messages.device().str(), workers.size(), view_.rows.size(1),
                          view_.rows.device().str());
    for (size_t i = 0; i < workers.size(); ++i)
      at::Tensor(view_.rows[workers[i]]).copy_(messages[static_cast<int64_t>(i)]);
  }

  const Liars& liars_;
  const ForgeView& view_;
  Random random_;
};

}  // namespace

bool starts_from_own(const Adversary& adversary) {
  const auto* poisoner = dynamic_cast<const DataAdversary*>(&adversary);
  return adversary.reads_own() && (poisoner == nullptr || !poisoner->takes_honest_batches());
}

void declare(const Liars& liars, State& state, int64_t columns, at::Device device) {
  State own;
  blaming(*liars.adversary, 0, [&] {
    liars.adversary->declare(own, static_cast<int64_t>(liars.workers.size()), columns, device);
  });
  for (const State::Entry& entry : own.entries())
    state.add(liars.prefix + entry.name, entry.axes, entry.value);
}

void forge(const std::vector<Liars>& liars, const ForgeView& view) {
  std::optional<HonestRows> honest;
  std::optional<Messages> wire;
  for (const Liars& group : liars) {
    if (group.workers.empty() || group.stage != view.stage || !group.active(view.server.clock.round))
      continue;
    const Forger forger(group, view);
    blaming(*group.adversary, view.server.clock.round, [&] {
      if (group.omniscient() == nullptr) {
        // Blind liars do not know of one another: on the CPU each is a task of its own.
        const size_t together = view.rows.is_cpu() ? 1 : group.workers.size();
        view.parallel.for_each(static_cast<int64_t>(group.workers.size() / together),
                               [&](int64_t i) { forger.blind(static_cast<size_t>(i) * together, together); });
        return;
      }
      if (!honest) {
        if (view.stage == Stage::message)
          wire = Messages{.encoding = view.server.wire.encoding,
                          .columns = view.server.wire.columns,
                          .rows = select_rows(view.server.wire.rows, view.roster.honest)};
        // With a count of changes of its own, which the engine's writes to other rows leave alone.
        honest.emplace(select_rows(view.rows, view.roster.honest).variable_data(), wire ? &*wire : nullptr,
                       view.parallel);
      }
      forger.together(*honest);
    });
  }
}

}  // namespace varangian

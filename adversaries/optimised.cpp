#include "adversaries/line_search.h"
#include "varangian/adversary.h"

#include <ATen/ATen.h>

namespace varangian {
namespace {

// Any other adversary's lie, stretched: from the honest mean towards what that one would send (its first
// liar's message), as far as moves this server's update farthest from the mean.
class Optimised final : public OmniscientAdversary {
 public:
  explicit Optimised(const Values& values)
      : towards_(make<Adversary>(Kind::adversary, values.selection("towards"))),
        largest_(values.number("largest")) {}

  bool reads_own() const override { return towards_->reads_own(); }
  void check(int64_t n, int64_t f) const override { towards_->check(n, f); }

  void declare(State& state, int64_t workers, int64_t columns, at::Device device) const override {
    towards_->declare(state, workers, columns, device);
  }

  void forge(const OmniscientView& view, at::Tensor messages) const override {
    forge_as(*towards_, view, messages);
    send_all(most_damaging(view, messages[0].sub(view.honest.mean()), largest_), messages);
  }

 private:
  std::unique_ptr<Adversary> towards_;
  double largest_;
};

const Descriptor kOptimised{
    .kind = Kind::adversary,
    .name = "optimised",
    .summary = "any adversary, its lie stretched to where this server bears it worst",
    .citation = "line search after El Mhamdi, Guerraoui, Rouault 2021 (ICLR)",
    .parameters = {{.name = "towards",
                    .summary = "the adversary that gives the direction",
                    .initial = Selection{.name = "ipm"},
                    .kind = Kind::adversary},
                   largest_step()},
    .revision = 2,
    .knowledge = "omniscient",
};

}  // namespace
VARANGIAN_REGISTER(Optimised, kOptimised)
}  // namespace varangian

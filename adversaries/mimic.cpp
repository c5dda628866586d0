#include "varangian/adversary.h"

#include <ATen/ATen.h>

namespace varangian {
namespace {

// Sends what one honest worker sends, and so gives its data the weight of all liars. Whom: a fixed one, or
// the one farthest along the direction in which the honest workers differ most, learnt by power iteration.
class Mimic final : public OmniscientAdversary {
 public:
  explicit Mimic(const Values& values)
      : learns_(values.text("target") == "learned"),
        adapts_(values.flag("adaptive")),
        index_(values.integer("index")),
        warmup_(values.integer("warmup")) {}

  void check(int64_t n, int64_t f) const override {
    if (!learns_ && index_ >= n - f)
      throw Error::format("mimics honest worker {}, and there are {} (from 0)", index_, n - f);
  }

  void declare(State& state, int64_t, int64_t columns, at::Device device) const override {
    if (!learns_) return;
    const auto floats = at::TensorOptions().dtype(at::kFloat).device(device);
    state.add("direction", {Axis::column}, at::zeros({columns}, floats));
    state.add("mean", {Axis::column}, at::zeros({columns}, floats));
    state.add("rounds", {}, at::zeros({}, floats));
    state.add("target", {}, at::zeros({}, floats.dtype(at::kLong)));
  }

  void forge(const OmniscientView& view, at::Tensor messages) const override {
    if (!learns_) return send_all(view.honest.rows()[index_], messages);
    const at::Tensor &rows = view.honest.rows(), rounds = view.state["rounds"], target = view.state["target"];
    const double t = rounds.item<double>();
    const bool learning = t < static_cast<double>(warmup_);
    if (learning || adapts_) {
      if (learning) learn(view, t);
      target.copy_(rows.mv(view.state["direction"]).argmax());
      rounds.add_(1);
    }
    send_all(rows[target.item<int64_t>()], messages);
  }

 private:
  // One step of power iteration on the honest messages' covariance; both averages are over the rounds so far.
  static void learn(const OmniscientView& view, double t) {
    const at::Tensor &rows = view.honest.rows(), direction = view.state["direction"],
                     mean = view.state["mean"];
    mean.mul_(t / (1 + t)).add_(view.honest.mean(), 1 / (1 + t));
    if (t == 0) {
      constexpr int64_t kAll[] = {0};
      view.random.normal(direction.unsqueeze(0), kAll);
      direction.div_(direction.norm());
    }
    // sum_i <x_i - mean, z> (x_i - mean), by two products with the rows.
    const at::Tensor along = rows.mv(direction).sub(mean.dot(direction));
    const at::Tensor step = rows.t().mv(along).sub(mean.mul(along.sum()));
    const at::Tensor size = step.norm().clamp_min(1e-30);
    direction.mul_(t / (1 + t)).add_(step.div(size), 1 / (1 + t));
    direction.div_(direction.norm().clamp_min(1e-30));
  }

  bool learns_, adapts_;
  int64_t index_, warmup_;
};

const Descriptor kMimic{
    .kind = Kind::adversary,
    .name = "mimic",
    .summary = "sends what one honest worker sends, so that its data counts f times more",
    .citation = "Karimireddy, He, Jaggi 2022, arXiv 2006.09365",
    .parameters = {{.name = "target",
                    .summary = "fixed: the honest worker `index`; learned: the one farthest along the honest "
                               "messages' first principal direction",
                    .initial = std::string("fixed"),
                    .choices = {"fixed", "learned"}},
                   {.name = "index",
                    .summary = "counted among the honest, from 0",
                    .initial = int64_t{0},
                    .low = 0,
                    .high = 9999},
                   {.name = "warmup",
                    .summary = "rounds of learning",
                    .initial = int64_t{10},
                    .low = 1,
                    .high = 1e9,
                    .unit = "rounds"},
                   {.name = "adaptive",
                    .summary = "chooses anew each round; else the target is frozen after the warm-up",
                    .initial = false}},
    .knowledge = "omniscient",
};

}  // namespace
VARANGIAN_REGISTER(Mimic, kMimic)
}  // namespace varangian

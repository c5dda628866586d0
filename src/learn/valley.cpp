#include "learn/formula_task.h"
#include "learn/objective.h"

#include <ATen/ATen.h>

namespace varangian {
namespace {

// f(x) = eps |x_1 + x_2| + |x_1 - x_2|, every worker with the same subgradient and no noise; at a kink the
// one of the side x_1 + x_2 > 0, x_1 - x_2 > 0. Its two signs are opposite wherever it is, for eps < 1: a
// step along them never changes x_1 + x_2.
class ValleyTask final : public FormulaTask {
 public:
  ValleyTask(double slope, double start, uint64_t batch_seed, at::Device device)
      : FormulaTask(2, start, batch_seed, device), slope_(slope) {}

  void full_gradient(const at::Tensor& weights, at::Tensor out, Parallel&) const override {
    gradient(weights, {}, Random(0, Purpose::noise), out.unsqueeze(0));
  }

 private:
  at::Tensor value(const at::Tensor& weights) const override {
    const at::Tensor x = weights.to(at::kDouble);
    return x[0].add(x[1]).abs().mul(slope_).add(x[0].sub(x[1]).abs());
  }

  void gradient(const at::Tensor& weights, std::span<const int64_t>, const Random&,
                at::Tensor rows) const override {
    const at::Tensor along = side(weights[0].add(weights[1])).mul(slope_);
    const at::Tensor across = side(weights[0].sub(weights[1]));
    rows.select(1, 0).copy_(along.add(across).expand({rows.size(0)}));
    rows.select(1, 1).copy_(along.sub(across).expand({rows.size(0)}));
  }

  static at::Tensor side(const at::Tensor& value) { return at::where(value.lt(0), -1.0f, 1.0f); }

  double slope_;
};

class Valley final : public Objective {
 public:
  explicit Valley(const Values& values) : slope_(values.number("eps")), start_(values.number("start")) {}

  std::unique_ptr<Task> make_task(int64_t, std::span<const int64_t>, uint64_t, uint64_t batch_seed,
                                  at::Device device) const override {
    return std::make_unique<ValleyTask>(slope_, start_, batch_seed, device);
  }

 private:
  double slope_, start_;
};

const Descriptor kValley{
    .kind = Kind::dataset,
    .name = "valley",
    .summary = "eps |x1 + x2| + |x1 - x2|: steps along signs only cross the valley; needs no model",
    .citation = "after Karimireddy, Rebjock, Stich, Jaggi 2019, arXiv 1901.09847",
    .parameters = {{.name = "eps",
                    .summary = "how steep the valley's floor is",
                    .initial = 0.5,
                    .low = 0,
                    .high = 1,
                    .above_low = true},
                   {.name = "start",
                    .summary = "where both coordinates start",
                    .initial = 1.0,
                    .low = -1e12,
                    .high = 1e12}},
};

}  // namespace
VARANGIAN_REGISTER(Valley, kValley)
}  // namespace varangian

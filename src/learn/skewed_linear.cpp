#include "learn/formula_task.h"
#include "learn/objective.h"
#include "varangian/columns.h"

#include <ATen/ATen.h>

namespace varangian {
namespace {

// f(x) = sum_j x_j / 4, and each coordinate of a gradient is 4 with probability 1/4, else -1: its mean is
// 1/4, its sign is minus three times in four.
class SkewedLinearTask final : public FormulaTask {
 public:
  using FormulaTask::FormulaTask;

  void full_gradient(const at::Tensor&, at::Tensor out, Parallel&) const override { out.fill_(0.25); }

 private:
  at::Tensor value(const at::Tensor& weights) const override {
    return inner_product(weights, at::ones_like(weights)).mul(0.25);
  }

  void gradient(const at::Tensor&, std::span<const int64_t> workers, const Random& noise,
                at::Tensor rows) const override {
    noise.uniform(rows, workers);
    rows.copy_(at::where(rows.lt(-0.5f), 4.0f, -1.0f));
  }
};

class SkewedLinear final : public Objective {
 public:
  explicit SkewedLinear(const Values& values)
      : dimension_(values.integer("dimension")), start_(values.number("start")) {}

  std::unique_ptr<Task> make_task(int64_t, std::span<const int64_t>, uint64_t, uint64_t batch_seed,
                                  at::Device device) const override {
    return std::make_unique<SkewedLinearTask>(dimension_, start_, batch_seed, device);
  }

 private:
  int64_t dimension_;
  double start_;
};

const Descriptor kSkewedLinear{
    .kind = Kind::dataset,
    .name = "skewed_linear",
    .summary =
        "a quarter of the sum of x, without a lower end; a gradient coordinate is 4 with probability "
        "1/4, else -1, so that most signs point uphill; needs no model",
    .citation = "after Karimireddy, Rebjock, Stich, Jaggi 2019, arXiv 1901.09847",
    .parameters = {{.name = "dimension", .summary = "d", .initial = int64_t{100}, .low = 1, .high = 1e9},
                   {.name = "start",
                    .summary = "where all coordinates start",
                    .initial = 0.0,
                    .low = -1e12,
                    .high = 1e12}},
};

}  // namespace
VARANGIAN_REGISTER(SkewedLinear, kSkewedLinear)
}  // namespace varangian

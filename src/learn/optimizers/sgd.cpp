#include "kernels/cuda/kernels.h"
#include "kernels/steps.h"
#include "learn/optimizer.h"
#include "learn/optimizers/steps_on_device.h"

#include <ATen/ATen.h>

namespace varangian {
namespace {

const Descriptor kSgd{
    .kind = Kind::optimizer,
    .name = "sgd",
    .summary = "x -= lr (m + decay x), with m = momentum m + update",
    .citation =
        "Polyak 1964; Sutskever et al. 2013 (nesterov); decoupled decay: Loshchilov and Hutter 2019, "
        "and Bernstein et al. 2019 (arXiv 1810.05291), Algorithm 1",
    .parameters =
        {{.name = "lr", .summary = "learning rate", .initial = 0.1, .low = 0, .above_low = true},
         {.name = "momentum",
          .summary = "the server's momentum, in [0, 1); not that of the workers",
          .initial = 0.0,
          .low = 0,
          .high = 1},
         {.name = "damped", .summary = "m = momentum m + (1 - momentum) update", .initial = false},
         {.name = "nesterov", .summary = "step along update + momentum m", .initial = false},
         {.name = "weight_decay", .summary = "lambda, on every weight and bias", .initial = 0.0, .low = 0},
         {.name = "decay",
          .summary = "coupled: lambda x joins the update before momentum; decoupled: the step after it",
          .initial = "coupled",
          .choices = {"coupled", "decoupled"}}},
};

class Sgd : public Optimizer {
 public:
  explicit Sgd(const Values& values)
      : learning_rate_(values.number("lr")),
        momentum_(static_cast<float>(values.number("momentum"))),
        damped_(values.flag("damped")),
        nesterov_(values.flag("nesterov")) {
    if (momentum_ >= 1)
      throw Error::format("optimizer \"sgd\": \"momentum\" must be below 1; it is {}", momentum_);
    if (nesterov_ && momentum_ == 0) throw Error("optimizer \"sgd\": \"nesterov\" needs a momentum above 0");
    (values.text("decay") == "coupled" ? coupled_ : decoupled_) =
        static_cast<float>(values.number("weight_decay"));
  }

  double learning_rate() const override { return learning_rate_; }

  void declare(State& state, int64_t columns, at::Device device) const override {
    if (momentum_ == 0) return;
    const auto options = at::TensorOptions(at::kFloat).device(device);
    state.add("optimizer.momentum", {Axis::column}, at::zeros({columns}, options));
  }

  void step(at::Tensor weights, const at::Tensor& update, State& state, int64_t begin,
            const Clock& clock) const override {
    const kernels::SgdStep step{.lr = static_cast<float>(clock.learning_rate),
                                .momentum = momentum_,
                                .gain = damped_ ? 1 - momentum_ : 1,
                                .nesterov = nesterov_,
                                .coupled = coupled_,
                                .decoupled = decoupled_};
    const int64_t width = weights.size(0);
    at::Tensor m;
    if (momentum_ != 0) m = state["optimizer.momentum"].narrow(0, begin, width);
    if constexpr (kernels::cuda::kBuilt)
      if (weights.is_cuda() && weights.is_contiguous() && update.is_contiguous() && kernels::cuda::work())
        return kernels::cuda::sgd_step(weights.data_ptr<float>(), update.const_data_ptr<float>(),
                                       m.defined() ? m.data_ptr<float>() : nullptr, step, width,
                                       kernels::cuda::kDefaultStream);
    if (!weights.is_cpu()) return sgd_step_on_device(weights, update, m, step);
    kernels::sgd_step(weights.data_ptr<float>(), update.const_data_ptr<float>(),
                      m.defined() ? m.data_ptr<float>() : nullptr, step, width);
  }

 private:
  double learning_rate_;
  float momentum_;
  bool damped_, nesterov_;
  float coupled_ = 0, decoupled_ = 0;
};

}  // namespace

VARANGIAN_REGISTER(Sgd, kSgd)

}  // namespace varangian

#include "kernels/steps.h"
#include "learn/optimizer.h"
#include "learn/optimizers/steps_on_device.h"

#include <ATen/ATen.h>

#include <cmath>

namespace varangian {
namespace {

std::vector<Parameter> parameters(double weight_decay) {
  return {{.name = "lr", .summary = "learning rate", .initial = 1e-3, .low = 0, .above_low = true},
          {.name = "beta1", .summary = "decay of the mean, in [0, 1)", .initial = 0.9, .low = 0, .high = 1},
          {.name = "beta2",
           .summary = "decay of the mean square, in [0, 1)",
           .initial = 0.999,
           .low = 0,
           .high = 1},
          {.name = "epsilon", .summary = "added to the root of the mean square", .initial = 1e-8, .low = 0},
          {.name = "weight_decay",
           .summary = "lambda, on every weight and bias",
           .initial = weight_decay,
           .low = 0}};
}

const Descriptor kAdam{
    .kind = Kind::optimizer,
    .name = "adam",
    .summary = "Steps scaled by the root of the mean square; weight decay joins the update",
    .citation = "Kingma and Ba 2015 (arXiv 1412.6980), Algorithm 1",
    .parameters = parameters(0.0),
};

const Descriptor kAdamW{
    .kind = Kind::optimizer,
    .name = "adamw",
    .summary = "Adam with decoupled weight decay: it joins the step after scaling",
    .citation = "Loshchilov and Hutter 2019 (arXiv 1711.05101), Algorithm 2",
    .parameters = parameters(0.01),
};

// Of the rounded beta, with which the step works: 1 - 0.999f is already 1e-5 of itself away from 0.001.
float correction(float beta, int64_t round) {
  return static_cast<float>(1 / (1 - std::pow(static_cast<double>(beta), static_cast<double>(round))));
}

class AdamFamily : public Optimizer {
 public:
  explicit AdamFamily(const Values& values)
      : learning_rate_(values.number("lr")),
        beta1_(static_cast<float>(values.number("beta1"))),
        beta2_(static_cast<float>(values.number("beta2"))),
        epsilon_(static_cast<float>(values.number("epsilon"))) {
    if (beta1_ >= 1 || beta2_ >= 1)
      throw Error::format("optimizer: \"beta1\" and \"beta2\" must be below 1; they are {} and {}", beta1_,
                          beta2_);
  }

  double learning_rate() const override { return learning_rate_; }

  void declare(State& state, int64_t columns, at::Device device) const override {
    const auto options = at::TensorOptions(at::kFloat).device(device);
    state.add("optimizer.m", {Axis::column}, at::zeros({columns}, options));
    state.add("optimizer.v", {Axis::column}, at::zeros({columns}, options));
  }

  void step(at::Tensor weights, const at::Tensor& update, State& state, int64_t begin,
            const Clock& clock) const override {
    const kernels::AdamStep step{.lr = static_cast<float>(clock.learning_rate),
                                 .beta1 = beta1_,
                                 .beta2 = beta2_,
                                 .epsilon = epsilon_,
                                 .correction1 = correction(beta1_, clock.round),
                                 .correction2 = correction(beta2_, clock.round),
                                 .coupled = coupled_,
                                 .decoupled = decoupled_};
    const int64_t width = weights.size(0);
    const at::Tensor m = state["optimizer.m"].narrow(0, begin, width);
    const at::Tensor v = state["optimizer.v"].narrow(0, begin, width);
    if (!weights.is_cpu()) return adam_step_on_device(weights, update, m, v, step);
    kernels::adam_step(weights.data_ptr<float>(), update.const_data_ptr<float>(), m.data_ptr<float>(),
                       v.data_ptr<float>(), step, width);
  }

 protected:
  float coupled_ = 0, decoupled_ = 0;

 private:
  double learning_rate_;
  float beta1_, beta2_, epsilon_;
};

class Adam : public AdamFamily {
 public:
  explicit Adam(const Values& values) : AdamFamily(values) {
    coupled_ = static_cast<float>(values.number("weight_decay"));
  }
};

class AdamW : public AdamFamily {
 public:
  explicit AdamW(const Values& values) : AdamFamily(values) {
    decoupled_ = static_cast<float>(values.number("weight_decay"));
  }
};

}  // namespace

VARANGIAN_REGISTER(Adam, kAdam)
VARANGIAN_REGISTER(AdamW, kAdamW)

}  // namespace varangian

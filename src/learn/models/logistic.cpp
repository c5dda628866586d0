#include "learn/model.h"

namespace varangian {
namespace {

const Descriptor kLogistic{
    .kind = Kind::model,
    .name = "logistic",
    .summary = "One linear layer: logistic regression with a classification loss, else linear regression",
    .parameters = {{.name = "sigmoid",
                    .summary = "squash each output to 0..1 before the loss, as logreg_mnist of ByzFL",
                    .initial = false},
                   {.name = "log_softmax",
                    .summary = "end in log-probabilities, for the loss nll",
                    .initial = false}},
};

class Logistic : public Model {
 public:
  explicit Logistic(const Values& values)
      : sigmoid_(values.flag("sigmoid")), log_softmax_(values.flag("log_softmax")) {}

  Network build(const Shape& input, int64_t outputs) const override {
    std::vector<std::unique_ptr<Layer>> layers;
    layers.push_back(make_flatten());
    layers.push_back(make_linear(layers.back()->output(input)[0], outputs));
    if (sigmoid_) layers.push_back(make_sigmoid());
    if (log_softmax_) layers.push_back(make_log_softmax());
    return Network(std::move(layers), input);
  }

  bool log_probabilities() const override { return log_softmax_; }

 private:
  bool sigmoid_, log_softmax_;
};

}  // namespace

VARANGIAN_REGISTER(Logistic, kLogistic)

}  // namespace varangian

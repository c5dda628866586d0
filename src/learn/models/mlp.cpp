#include "learn/model.h"

namespace varangian {
namespace {

const Descriptor kMlp{
    .kind = Kind::model,
    .name = "mlp",
    .summary = "Linear layers with ReLU between them",
    .parameters = {{.name = "hidden",
                    .summary = "widths of the hidden layers, lowest first",
                    .initial = std::vector<int64_t>{100},
                    .low = 1,
                    .high = 100000},
                   {.name = "log_softmax",
                    .summary = "end in log-probabilities, for the loss nll",
                    .initial = false}},
};

class Mlp : public Model {
 public:
  explicit Mlp(const Values& values)
      : hidden_(values.integers("hidden")), log_softmax_(values.flag("log_softmax")) {}

  Network build(const Shape& input, int64_t outputs) const override {
    std::vector<std::unique_ptr<Layer>> layers;
    layers.push_back(make_flatten());
    int64_t width = layers.back()->output(input)[0];
    for (const int64_t hidden : hidden_) {
      layers.push_back(make_linear(width, hidden));
      layers.push_back(make_relu());
      width = hidden;
    }
    layers.push_back(make_linear(width, outputs));
    if (log_softmax_) layers.push_back(make_log_softmax());
    return Network(std::move(layers), input);
  }

  bool log_probabilities() const override { return log_softmax_; }

 private:
  std::vector<int64_t> hidden_;
  bool log_softmax_;
};

}  // namespace

VARANGIAN_REGISTER(Mlp, kMlp)

}  // namespace varangian

#include "learn/model.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace varangian {
namespace {

constexpr int64_t kFilter = 5, kPadding = 2;
constexpr int64_t kFilters[] = {20, 100, 200}, kWidths[] = {512, 256};
constexpr int64_t kLeast = 8;  // pixels: halved three times

const Descriptor kCnnCifar{
    .kind = Kind::model,
    .name = "cnn_cifar",
    .summary =
        "Three padded 5 x 5 convolutions, each with ReLU and 2 x 2 max pooling, and three linear layers",
    .citation = "cnn_cifar of ByzFL, arXiv 2505.24802",
    .parameters = {{.name = "log_softmax",
                    .summary = "end in log-probabilities, for the loss nll",
                    .initial = false}},
};

class CnnCifar : public Model {
 public:
  explicit CnnCifar(const Values& values) : log_softmax_(values.flag("log_softmax")) {}

  Network build(const Shape& input, int64_t outputs) const override {
    if (input.size() != 3 || input[1] < kLeast || input[2] < kLeast)
      throw Error::format(
          "model \"cnn_cifar\" needs images, {{channels, height, width}}, of at least {} x {} pixels; an "
          "input "
          "of this data set is {{{}}}",
          kLeast, kLeast, fmt::join(input, ", "));
    std::vector<std::unique_ptr<Layer>> layers;
    Shape shape = input;
    const auto append = [&](std::unique_ptr<Layer> layer) {
      shape = layer->output(shape);
      layers.push_back(std::move(layer));
    };
    for (const int64_t filters : kFilters) {
      append(make_conv2d(shape[0], filters, kFilter, kPadding));
      append(make_max_pool2d());  // before ReLU it is the same function, for a quarter of the work
      append(make_relu());
    }
    append(make_flatten());
    for (const int64_t width : kWidths) {
      append(make_linear(shape[0], width));
      append(make_relu());
    }
    append(make_linear(shape[0], outputs));
    if (log_softmax_) append(make_log_softmax());
    return Network(std::move(layers), input);
  }

  bool log_probabilities() const override { return log_softmax_; }

 private:
  bool log_softmax_;
};

}  // namespace

VARANGIAN_REGISTER(CnnCifar, kCnnCifar)

}  // namespace varangian

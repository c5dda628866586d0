#include "learn/model.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace varangian {
namespace {

constexpr int64_t kKernel = 5;
constexpr int64_t kSmallest = 16;  // pixels: 16 -> 12 -> 6 -> 2 -> 1

const Descriptor kCnn{
    .kind = Kind::model,
    .name = "cnn",
    .summary = "Two 5 x 5 convolutions, each with ReLU and 2 x 2 max pooling, and two linear layers",
    .citation = "LeCun et al. 1998; widths and ReLU as cnn_mnist of ByzFL, arXiv 2505.24802",
    .parameters = {{.name = "channels",
                    .summary = "output channels of the two convolutions",
                    .initial = std::vector<int64_t>{20, 50},
                    .low = 1,
                    .high = 10000},
                   {.name = "hidden",
                    .summary = "width of the layer between the convolutions and the outputs",
                    .initial = int64_t{500},
                    .low = 1,
                    .high = 100000},
                   {.name = "log_softmax",
                    .summary = "end in log-probabilities, for the loss nll",
                    .initial = false}},
};

class Cnn : public Model {
 public:
  explicit Cnn(const Values& values)
      : channels_(values.integers("channels")),
        hidden_(values.integer("hidden")),
        log_softmax_(values.flag("log_softmax")) {
    if (channels_.size() != 2)
      throw Error::format(
          "model \"cnn\": \"channels\" takes two numbers, one for each convolution; it has {}",
          channels_.size());
  }

  Network build(const Shape& input, int64_t outputs) const override {
    if (input.size() != 3)
      throw Error::format(
          "model \"cnn\" needs images, {{channels, height, width}}; an input of this data set is {{{}}}",
          fmt::join(input, ", "));
    if (input[1] < kSmallest || input[2] < kSmallest)
      throw Error::format(
          "model \"cnn\" needs images of at least {} x {} pixels; those of this data set have {} x {}",
          kSmallest, kSmallest, input[1], input[2]);
    std::vector<std::unique_ptr<Layer>> layers;
    Shape shape = input;
    const auto append = [&](std::unique_ptr<Layer> layer) {
      shape = layer->output(shape);
      layers.push_back(std::move(layer));
    };
    for (const int64_t channels : channels_) {
      append(make_conv2d(shape[0], channels, kKernel));
      // The same function and gradient as ReLU before pooling, for a quarter of the work.
      append(make_max_pool2d());
      append(make_relu());
    }
    append(make_flatten());
    append(make_linear(shape[0], hidden_));
    append(make_relu());
    append(make_linear(hidden_, outputs));
    if (log_softmax_) append(make_log_softmax());
    return Network(std::move(layers), input);
  }

  bool log_probabilities() const override { return log_softmax_; }

 private:
  std::vector<int64_t> channels_;
  int64_t hidden_;
  bool log_softmax_;
};

}  // namespace

VARANGIAN_REGISTER(Cnn, kCnn)

}  // namespace varangian

#include "varangian/adversary.h"

#include <ATen/ATen.h>
#include <fmt/ranges.h>

#include <cmath>

namespace varangian {
namespace {

// A backdoor: stamps a patch on some of its images and calls them the target class; test images with the
// patch tell how far the model learnt it (the column backdoor_success). `boost` enlarges the message (model
// replacement).
class BadNets final : public DataAdversary {
 public:
  explicit BadNets(const Values& values)
      : share_(values.number("share")),
        size_(values.integer("size")),
        value_(values.number("value")),
        target_(values.integer("target")),
        boost_(static_cast<float>(values.number("boost"))) {}

  int64_t target() const override { return target_; }

  void poison(const Batch& batch) const override {
    require_classes(batch);
    const int64_t samples = batch.targets.size(0);
    const int64_t stamped = std::llround(share_ * static_cast<double>(samples));
    if (stamped == 0) return;
    trigger(batch.inputs.narrow(0, 0, stamped), batch.shape);  // a batch is in random order
    batch.targets.narrow(0, 0, stamped).fill_(target_);
  }

  bool trigger(at::Tensor inputs, std::span<const int64_t> shape) const override {
    if (shape.size() != 3 || size_ > shape[1] || size_ > shape[2])
      throw Error::format("stamps a patch of {0} x {0} on images, and samples have the shape [{1}]", size_,
                          fmt::join(shape, ", "));
    inputs.view({inputs.size(0), shape[0], shape[1], shape[2]})
        .narrow(2, shape[1] - size_, size_)
        .narrow(3, shape[2] - size_, size_)
        .fill_(value_);
    return true;
  }

  void forge(const BlindView& view, at::Tensor messages) const override {
    messages.copy_(view.own.mul(boost_));
  }

 private:
  double share_;
  int64_t size_;
  double value_;
  int64_t target_;
  float boost_;
};

const Descriptor kBadNets{
    .kind = Kind::adversary,
    .name = "badnets",
    .summary = "a backdoor: a patch in the corner of an image that calls for the target class",
    .citation =
        "Gu, Dolan-Gavitt, Garg 2017, arXiv 1708.06733; boost as in Bagdasaryan et al. 2020, arXiv "
        "1807.00459",
    .parameters =
        {{.name = "share", .summary = "of a batch that is stamped", .initial = 0.32, .low = 0.0, .high = 1.0},
         {.name = "size",
          .summary = "side of the patch, bottom right",
          .initial = int64_t{5},
          .low = 1,
          .high = 1000,
          .unit = "pixels"},
         {.name = "value",
          .summary = "of its pixels, after normalisation",
          .initial = 2.0,
          .low = -1e6,
          .high = 1e6},
         {.name = "target", .summary = "the class", .initial = int64_t{0}, .low = 0, .high = 1e6},
         {.name = "boost", .summary = "factor of the message", .initial = 1.0, .low = 0.0, .high = 1e6}},
    .knowledge = "data",
};

}  // namespace
VARANGIAN_REGISTER(BadNets, kBadNets)
}  // namespace varangian

#include "varangian/gram_rule.h"

#include <algorithm>
#include <cmath>

namespace varangian {
namespace {

// v <- v + (1 / |B|) sum_{i in B} clip(x_i - v, radius), from the last update on. A message that is not
// finite has no direction and moves nothing.
Coefficients clipped_step(const Geometry& geometry, const Coefficients& v, const std::vector<int64_t>& bucket,
                          double radius) {
  const std::vector<double> squared = geometry.squared_distances_to(v);
  Coefficients next = v;
  double left = 1;
  for (const int64_t i : bucket) {
    const double distance = std::sqrt(squared[static_cast<size_t>(i)]);
    if (!geometry.finite(i)) continue;
    const double share = (distance > radius ? radius / distance : 1) / static_cast<double>(bucket.size());
    next[static_cast<size_t>(i)] += share;
    left -= share;
  }
  for (size_t k = 0; k < v.size(); ++k) next[k] -= (1 - left) * v[k];
  return next;
}

class CentredClipping final : public GramRule {
 public:
  explicit CentredClipping(const Values& values)
      : radius_(values.number("radius")), steps_(values.integer("steps")), start_(values.text("start")) {}

  bool reads_last_update() const override { return start_ == "last_update"; }

  Coefficients coefficients(const GramView& view) const override {
    const Geometry& geometry = view.geometry;
    std::vector<int64_t> all;
    for (int64_t i = 0; i < view.n(); ++i) all.push_back(i);
    Coefficients v = start_ == "last_update" ? geometry.one(geometry.last_update())
                     : start_ == "origin"    ? geometry.one(geometry.origin())
                                             : geometry.average(geometry.finite_messages());
    for (int64_t step = 0; step < steps_; ++step) v = clipped_step(geometry, v, all, radius_);
    return v;
  }

 private:
  double radius_;
  int64_t steps_;
  std::string start_;
};

// The clipped steps one bucket after another, each from where the last one came to. Buckets are drawn anew in
// every round.
class SequentialClipping final : public GramRule {
 public:
  explicit SequentialClipping(const Values& values)
      : radius_(values.number("radius")), size_(values.integer("size")) {}

  bool reads_last_update() const override { return true; }

  Coefficients coefficients(const GramView& view) const override {
    const Permutation order(view.random, static_cast<uint64_t>(view.n()), 0,
                            static_cast<uint64_t>(view.clock.round));
    Coefficients v = view.geometry.one(view.geometry.last_update());
    for (int64_t begin = 0; begin < view.n(); begin += size_) {
      std::vector<int64_t> bucket;
      for (int64_t i = begin; i < std::min(begin + size_, view.n()); ++i)
        bucket.push_back(static_cast<int64_t>(order(static_cast<uint64_t>(i))));
      v = clipped_step(view.geometry, v, bucket, radius_);
    }
    return v;
  }

 private:
  double radius_;
  int64_t size_;
};

const Descriptor kCentredClipping{
    .kind = Kind::aggregator,
    .name = "centred_clipping",
    .summary = "the last update, moved by the clipped differences of the messages from it",
    .citation = "Karimireddy, He, Jaggi 2021, arXiv 2012.10333",
    .parameters =
        {{.name = "radius", .summary = "largest difference", .initial = 10.0, .low = 0, .above_low = true},
         {.name = "steps", .summary = "repetitions", .initial = int64_t{1}, .low = 1, .high = 10000},
         {.name = "start",
          .summary = "where it starts; mean is ByzPy's, and moves with any outlier",
          .initial = std::string("last_update"),
          .choices = {"last_update", "origin", "mean"}}},
    .rule = {.reads = "gram",
             .complexity = "n d",
             .breakdown = "f < n / 2",
             .translation = false,
             .scale = false},
};
const Descriptor kSequential{
    .kind = Kind::aggregator,
    .name = "sequential_clipping",
    .summary = "centred clipping, bucket after bucket, in a random order",
    .citation = "Ozfatura et al. 2023, arXiv 2208.09894",
    .parameters =
        {{.name = "radius", .summary = "largest difference", .initial = 10.0, .low = 0, .above_low = true},
         {.name = "size", .summary = "messages in a bucket", .initial = int64_t{3}, .low = 1}},
    .rule = {.reads = "gram",
             .complexity = "n d",
             .breakdown = "f < n / 2",
             .permutation = false,
             .translation = false,
             .scale = false},
};

}  // namespace
VARANGIAN_REGISTER(CentredClipping, kCentredClipping)
VARANGIAN_REGISTER(SequentialClipping, kSequential)
}  // namespace varangian

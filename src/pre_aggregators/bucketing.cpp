#include "varangian/error.h"
#include "varangian/gram_rule.h"

#include <algorithm>

namespace varangian {
namespace {

// Means of groups of `size` messages. f stays what it is: each liar spoils one bucket.
class Bucketing final : public PreAggregator {
 public:
  explicit Bucketing(const Values& values) : size_(values.integer("size")), by_(values.text("by")) {}

  int64_t outputs(int64_t n) const override { return (n + size_ - 1) / size_; }

  Mixing mixing(const GramView& view) const override {
    const Geometry& geometry = view.geometry;
    Mixing mixing{.points = geometry.points(), .rows = {}};
    for (std::vector<int64_t> bucket : by_ == "random" ? random(view) : similar(view)) {
      std::erase_if(bucket, [&](int64_t i) { return !geometry.finite(i); });
      mixing.rows.push_back(bucket.empty() ? lost(geometry.points()) : geometry.average(bucket));
    }
    return mixing;
  }

 private:
  using Buckets = std::vector<std::vector<int64_t>>;

  Buckets random(const GramView& view) const {
    const Permutation order(view.random, static_cast<uint64_t>(view.n()), 1,
                            static_cast<uint64_t>(view.clock.round));
    Buckets buckets(static_cast<size_t>(outputs(view.n())));
    for (int64_t i = 0; i < view.n(); ++i)
      buckets[static_cast<size_t>(i / size_)].push_back(
          static_cast<int64_t>(order(static_cast<uint64_t>(i))));
    return buckets;
  }

  // The first message that is left, with those nearest to it, and so on.
  Buckets similar(const GramView& view) const {
    std::vector<int64_t> left;
    for (int64_t i = 0; i < view.n(); ++i) left.push_back(i);
    Buckets buckets;
    while (!left.empty()) {
      std::vector<double> far;
      for (const int64_t j : left)
        far.push_back(j == left.front() ? -2
                      : by_ == "cosine" ? -view.geometry.cosine(left.front(), j)
                                        : view.geometry.squared_distance(left.front(), j));
      std::vector<int64_t> bucket;
      for (const int64_t at : smallest(far, size_)) bucket.push_back(left[static_cast<size_t>(at)]);
      std::erase_if(left,
                    [&](int64_t i) { return std::find(bucket.begin(), bucket.end(), i) != bucket.end(); });
      buckets.push_back(std::move(bucket));
    }
    return buckets;
  }

  int64_t size_;
  std::string by_;
};

const Descriptor kBucketing{
    .kind = Kind::pre_aggregator,
    .name = "bucketing",
    .summary = "means of groups of messages, at random or of similar ones",
    .citation = "Karimireddy, He, Jaggi 2022, arXiv 2006.09365",
    .parameters = {{.name = "size", .summary = "messages in a bucket", .initial = int64_t{2}, .low = 1},
                   {.name = "by",
                    .summary = "how they are grouped",
                    .initial = std::string("random"),
                    .choices = {"random", "distance", "cosine"}}},
    .rule = {.reads = "gram",
             .complexity = "n d",
             .breakdown = "that of the rule, with n / size messages",
             .permutation = false},
};

}  // namespace
VARANGIAN_REGISTER(Bucketing, kBucketing)
}  // namespace varangian

#include "data/partitions/blocks.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>

namespace varangian {
namespace {

/// Independent uniform numbers in (0, 1] for one owner and one class. Indices below 2^32 are the
/// permutation's.
class Uniforms {
 public:
  Uniforms(const Random& random, int64_t owner, int64_t label)
      : random_(random),
        owner_(static_cast<uint32_t>(owner)),
        next_(static_cast<uint64_t>(label + 1) << 32) {}

  double operator()() { return 1 - random_.uniform(owner_, next_++); }

 private:
  const Random& random_;
  uint32_t owner_;
  uint64_t next_;
};

/// The logarithm of a Gamma(shape, 1) draw, shape >= 1 (Marsaglia and Tsang 2000, "A simple method for
/// generating gamma variables"), with normals by Box and Muller.
double log_gamma_draw(double shape, Uniforms& uniform) {
  const double d = shape - 1.0 / 3;
  const double c = 1 / std::sqrt(9 * d);
  while (true) {
    const double radius = std::sqrt(-2 * std::log(uniform()));
    const double x = radius * std::cos(2 * std::numbers::pi * uniform());
    const double u = uniform();
    const double root = 1 + c * x;
    if (root <= 0) continue;
    const double v = root * root * root;
    if (std::log(u) < x * x / 2 + d * (1 - v + std::log(v))) return std::log(d) + std::log(v);
  }
}

/// Shares of the owners ~ Dir(alpha, ..., alpha). Gamma(alpha) is Gamma(alpha + 1) U^(1 / alpha). Logarithms
/// are kept times s = min(alpha, 1), so that neither a tiny alpha nor a huge one overflows.
std::vector<double> draw_shares(double alpha, int64_t owners, int64_t label, const Random& random) {
  const double s = std::min(alpha, 1.0);
  std::vector<double> shares;
  for (int64_t owner = 0; owner < owners; ++owner) {
    Uniforms uniform(random, owner, label);
    const double log_boost = std::log(uniform());
    shares.push_back(s * log_gamma_draw(alpha + 1, uniform) + s / alpha * log_boost);
  }
  const double largest = *std::max_element(shares.begin(), shares.end());
  for (double& share : shares) share = std::exp((share - largest) / s);
  return shares;
}

class Dirichlet final : public Partition {
 public:
  explicit Dirichlet(const Values& values) : alpha_(values.number("alpha")) {}

  Shards deal(std::span<const int64_t> labels, int64_t count, int64_t classes, int64_t owners,
              const Random& random) const override {
    require_labels(labels, count, "dirichlet");
    VARANGIAN_ASSERT_LE(1, owners);
    std::vector<std::vector<int64_t>> members(static_cast<size_t>(classes));
    for (const int64_t i : random_order(count, random))
      members[static_cast<size_t>(labels[static_cast<size_t>(i)])].push_back(i);

    Shards shards(static_cast<size_t>(owners));
    for (int64_t label = 0; label < classes; ++label) {
      const std::vector<int64_t>& samples = members[static_cast<size_t>(label)];
      if (!samples.empty()) deal_class(samples, draw_shares(alpha_, owners, label, random), shards);
    }
    return shards;
  }

 private:
  /// The sums of shares are rounded, not the shares, so that every sample is dealt once.
  static void deal_class(const std::vector<int64_t>& samples, const std::vector<double>& shares,
                         Shards& shards) {
    double total = 0;
    for (const double share : shares) total += share;
    double sum = 0;
    int64_t begin = 0;
    for (size_t i = 0; i < shares.size(); ++i) {
      sum += shares[i];
      const int64_t end = std::llround(static_cast<double>(samples.size()) * (sum / total));
      shards[i].insert(shards[i].end(), samples.begin() + begin, samples.begin() + end);
      begin = end;
    }
  }

  const double alpha_;
};

const Descriptor kDirichlet = {
    .kind = Kind::partition,
    .name = "dirichlet",
    .summary = "each class is dealt to the owners in random shares ~ Dir(alpha); an owner may get nothing",
    .citation = "Hsu, Qi and Brown 2019, arXiv:1909.06335",
    .parameters = {{.name = "alpha",
                    .summary = "small: a class belongs to few owners; large: shares are nearly equal",
                    .initial = 1.0,
                    .low = 0,
                    .high = std::numeric_limits<double>::max(),
                    .above_low = true}}};

}  // namespace

VARANGIAN_REGISTER(Dirichlet, kDirichlet)

}  // namespace varangian

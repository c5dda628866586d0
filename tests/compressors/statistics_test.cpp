#include "support/catch.h"
#include "support/codec.h"

#include <cmath>

// Means and variances of the random codecs beside what their papers promise: many workers encode one vector.
namespace varangian {
namespace {

constexpr int64_t kTrials = 20000;

struct Vector {
  std::string name;
  at::Tensor x;
};

std::vector<Vector> vectors() {
  at::Tensor spike = at::full({24}, 0.01f);
  spike[3] = -5.0f;
  return {{"normal", normal_matrix(1, 24)[0]},
          {"equal", at::full({24}, 0.75f)},
          {"spike", spike},
          {"one", at::tensor({-1.7f})}};
}

struct Moments {
  at::Tensor mean, deviation;  // of each coordinate
  double variance;             // E |Q(x) - x|^2
};

Moments moments(const std::string& name, const Given& given, const at::Tensor& x, double factor = 1) {
  const at::Tensor rows = x.unsqueeze(0).expand({kTrials, x.size(0)}).contiguous();
  const at::Tensor delivered = deliver(name, given, rows).rows.to(at::kDouble).mul(factor);
  return {.mean = delivered.mean(0),
          .deviation = delivered.std(0, true),
          .variance = delivered.sub(rows).square().sum(1).mean().item<double>()};
}

// Five standard deviations of the mean in every coordinate; what does not vary must be right.
void check_unbiased(const Moments& m, const at::Tensor& x) {
  const at::Tensor off = m.mean.sub(x).abs();
  CHECK(off.le(m.deviation.mul(5 / std::sqrt(kTrials)).add(x.abs().mul(1e-6))).all().item<bool>());
}

double square_of(const at::Tensor& x) { return x.to(at::kDouble).square().sum().item<double>(); }

}  // namespace

TEST_CASE("qsgd is unbiased, and its variance is within both bounds of its paper", "[compressors]") {
  for (const Vector& v : vectors())
    for (const std::string norm : {"l2", "max"})
      for (const int64_t levels : {1, 3, 4, 16}) {
        INFO(v.name << ", " << norm << ", " << levels << " levels");
        const Moments m = moments("qsgd", {{"levels", levels}, {"norm", norm}}, v.x);
        check_unbiased(m, v.x);
        const double d = static_cast<double>(v.x.size(0)), s = static_cast<double>(levels);
        CHECK(m.variance <= std::min(d / (s * s), std::sqrt(d) / s) * square_of(v.x) * 1.02 + 1e-9);
      }
}

TEST_CASE("terngrad is unbiased, and its variance is that of its coins", "[compressors]") {
  for (const Vector& v : vectors()) {
    INFO(v.name);
    const Moments m = moments("terngrad", {}, v.x);
    check_unbiased(m, v.x);
    const at::Tensor magnitude = v.x.to(at::kDouble).abs();
    const double exact = magnitude.mul(magnitude.max().sub(magnitude)).sum().item<double>();
    CHECK(m.variance == Approx(exact).epsilon(0.1).margin(1e-9));
  }
}

TEST_CASE("natural is unbiased, and its variance is at most an eighth of the square", "[compressors]") {
  for (const Vector& v : vectors()) {
    INFO(v.name);
    const Moments m = moments("natural", {}, v.x);
    check_unbiased(m, v.x);
    CHECK(m.variance <= square_of(v.x) / 8 * 1.02);
  }
  // The bound is reached at 4/3 of a power of two.
  CHECK(moments("natural", {}, at::full({10}, 4.0f / 3)).variance == Approx(10 * 16.0 / 9 / 8).epsilon(0.02));
  // Denormals too are unbiased.
  const at::Tensor tiny = at::full({4}, 5e-39f);
  const at::Tensor scaled = moments("natural", {}, tiny).mean.div(5e-39);
  CHECK(at::allclose(scaled, at::ones({4}, at::kDouble), 0.05));
}

TEST_CASE("random_k is unbiased, and its variance is d / k - 1 times the square", "[compressors]") {
  for (const Vector& v : vectors())
    for (const int64_t k : {1, 6, 24}) {
      INFO(v.name << ", k = " << k);
      const Moments m = moments("random_k", {{"k", k}}, v.x);
      check_unbiased(m, v.x);
      const double d = static_cast<double>(v.x.size(0)), sent = std::min(static_cast<double>(k), d);
      CHECK(m.variance == Approx((d / sent - 1) * square_of(v.x)).epsilon(0.1).margin(1e-9));
    }
}

TEST_CASE("b times a stochastic sign is unbiased, and its variance is d b^2 - |g|^2", "[compressors]") {
  for (const Vector& v : vectors())
    for (const double b : {0.0, 8.0}) {
      INFO(v.name << ", b = " << b);
      const double bound = b > 0 ? b : v.x.abs().max().item<double>();
      const Moments m = moments("sto_sign", {{"b", b}}, v.x, bound);
      check_unbiased(m, v.x);
      const double exact = static_cast<double>(v.x.size(0)) * bound * bound - square_of(v.x);
      CHECK(m.variance == Approx(exact).epsilon(0.02).margin(1e-6));
    }
}

TEST_CASE("what top_k and scaled_sign lose is what their papers allow", "[compressors]") {
  for (const Vector& v : vectors()) {
    INFO(v.name);
    const double d = static_cast<double>(v.x.size(0)), square = square_of(v.x);
    for (const int64_t k : {1, 6, 24}) {
      const double kept = std::min(static_cast<double>(k), d);
      CHECK(moments("top_k", {{"k", k}}, v.x).variance <= (1 - kept / d) * square * (1 + 1e-6) + 1e-12);
    }
    const double sum = v.x.to(at::kDouble).abs().sum().item<double>();
    const double lost = moments("scaled_sign", {}, v.x).variance;
    CHECK(lost == Approx((1 - sum * sum / (d * square)) * square).margin(1e-5));
    CHECK(lost <= (1 - 1 / d) * square * (1 + 1e-6) + 1e-9);
  }
}

}  // namespace varangian

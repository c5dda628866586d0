#include "support/catch.h"
#include "varangian/adversary.h"

#include <ATen/ATen.h>

#include <cmath>

namespace varangian {
namespace {

const std::vector<int64_t> kLiars = {4, 7, 9};
const Random kCoins = Random(3, Purpose::adversary).at(5);

at::Tensor own_rows() {
  at::Tensor rows = at::empty({3, 1000});
  Random(1, Purpose::noise).normal(rows, kLiars);
  return rows;
}

at::Tensor forge(const std::string& name, const std::map<std::string, Value>& given, const at::Tensor& own,
                 std::span<const int64_t> workers, const Random& random = kCoins) {
  const auto adversary = make<BlindAdversary>(
      Kind::adversary, name, values_for(Registry::instance().describe(Kind::adversary, name), given));
  at::Tensor messages = at::full_like(own, std::numeric_limits<float>::quiet_NaN());
  const at::Tensor none = at::zeros({own.size(1)}), hidden;
  adversary->forge({.own = adversary->reads_own() ? own : hidden,
                    .workers = workers,
                    .count = 10,
                    .byzantine = 3,
                    .clock = {.round = 5, .learning_rate = 0.1},
                    .last_update = none,
                    .random = random},
                   messages);
  return messages;
}

// All but the one that is whatever program a user names.
std::vector<const Descriptor*> ours() {
  std::vector<const Descriptor*> all = Registry::instance().list(Kind::adversary);
  std::erase_if(all, [](const Descriptor* adversary) { return adversary->name == "process"; });
  return all;
}

}  // namespace

TEST_CASE("each adversary sends what its name says", "[adversaries]") {
  const at::Tensor own = own_rows();
  CHECK(at::equal(forge("sign_flip", {}, own, kLiars), own.neg()));
  CHECK(at::equal(forge("rescale", {{"factor", 3.0}}, own, kLiars), own.mul(3.0f)));
  CHECK(at::equal(forge("zero", {}, own, kLiars), at::zeros_like(own)));
  CHECK(at::allclose(forge("random_sign", {{"factor", 10.0}}, own, kLiars).abs(), own.abs().mul(10)));
  const at::Tensor signs = forge("random_sign", {}, own, kLiars).div(own);
  CHECK(std::abs(signs.sum().item<double>()) < 5 * std::sqrt(3000.0));
  const at::Tensor noise = forge("gaussian", {{"mean", 2.0}, {"deviation", 3.0}}, own, kLiars);
  CHECK(noise.mean().item<double>() == Approx(2).margin(5 * 3 / std::sqrt(3000.0)));
  CHECK(noise.std().item<double>() == Approx(3).epsilon(0.1));
}

TEST_CASE("every adversary writes all, changes nothing that it reads, and repeats itself",
          "[adversaries][conformance]") {
  for (const Descriptor* descriptor : ours()) {
    INFO(descriptor->name);
    const at::Tensor own = own_rows(), before = own.clone();
    const at::Tensor messages = forge(descriptor->name, {}, own, kLiars);
    CHECK(messages.isfinite().all().item<bool>());
    CHECK(at::equal(own, before));
    CHECK(at::equal(messages, forge(descriptor->name, {}, own, kLiars)));
  }
}

TEST_CASE("blind liars forged one by one send what they send together", "[adversaries][conformance]") {
  const at::Tensor own = own_rows();
  for (const Descriptor* descriptor : ours()) {
    INFO(descriptor->name);
    const at::Tensor together = forge(descriptor->name, {}, own, kLiars);
    for (int64_t i = 0; i < 3; ++i)
      CHECK(at::equal(forge(descriptor->name, {}, own.narrow(0, i, 1), {&kLiars[static_cast<size_t>(i)], 1}),
                      together.narrow(0, i, 1)));
  }
}

TEST_CASE("an adversary that uses chance uses fresh chance each round", "[adversaries]") {
  const at::Tensor own = own_rows();
  for (const std::string name : {"random_sign", "gaussian"})
    CHECK_FALSE(at::equal(forge(name, {}, own, kLiars), forge(name, {}, own, kLiars, kCoins.at(6))));
}

TEST_CASE("every adversary states its knowledge and its source", "[adversaries][conformance]") {
  for (const Descriptor* descriptor : Registry::instance().list(Kind::adversary)) {
    CHECK_FALSE(descriptor->citation.empty());
    CHECK(descriptor->knowledge == "blind");
  }
}

}  // namespace varangian

#include "support/forge.h"

// Every registered adversary is held to the same laws, those of plugins too (VARANGIAN_TEST_PLUGINS).
namespace varangian {
namespace {

// All but those that are whatever program a user names.
std::vector<const Descriptor*> ours() {
  std::vector<const Descriptor*> all = Registry::instance().list(Kind::adversary);
  std::erase_if(all, [](const Descriptor* adversary) { return adversary->name.ends_with("process"); });
  return all;
}

// False where it says itself that it cannot attack with f of n.
bool attacks(const Descriptor& adversary, int64_t n, int64_t f) {
  try {
    make<Adversary>(Kind::adversary, adversary.name, values_for(adversary))->check(n, f);
  } catch (const Error& error) {
    CHECK_FALSE(std::string(error.what()).empty());
    return false;
  }
  return true;
}

bool meant_to_be_finite(const std::string& name) { return name != "nan" && name != "inf"; }

}  // namespace

TEST_CASE("every adversary is finite, repeats itself and leaves honest rows alone",
          "[adversaries][conformance]") {
  for (const Descriptor* descriptor : ours()) {
    for (const auto& [n, f, columns] :
         {std::tuple(10, 3, 1000), std::tuple(10, 3, 1), std::tuple(11, 2, 77)}) {
      INFO(descriptor->name << " " << n << " " << f << " " << columns);
      const Scene s{.n = n, .f = f, .columns = columns};
      const at::Tensor rows = normal_matrix(n, columns);
      const at::Tensor messages = forged(descriptor->name, {}, rows, s);
      CHECK(messages.isfinite().all().item<bool>() == meant_to_be_finite(descriptor->name));
      CHECK(at::equal(at::nan_to_num(messages), at::nan_to_num(forged(descriptor->name, {}, rows, s))));
    }
  }
}

TEST_CASE("no liar, and none but one honest worker, are no trouble", "[adversaries][conformance]") {
  int attacking = 0;
  for (const Descriptor* descriptor : ours()) {
    INFO(descriptor->name);
    const at::Tensor rows = normal_matrix(6, 77);
    CHECK(forged(descriptor->name, {}, rows, {.n = 6, .f = 0, .columns = 77, .rule = "mean"}).numel() == 0);
    if (!attacks(*descriptor, 6, 5)) continue;
    ++attacking;
    const at::Tensor messages =
        forged(descriptor->name, {}, rows, {.n = 6, .f = 5, .columns = 77, .rule = "mean"});
    CHECK(messages.size(0) == 5);
    CHECK(messages.isfinite().all().item<bool>() == meant_to_be_finite(descriptor->name));
  }
  CHECK(attacking >= 25);
}

TEST_CASE("blind means blind: other workers' messages change nothing", "[adversaries][conformance]") {
  const at::Tensor rows = normal_matrix(10, 500);
  at::Tensor others = rows.clone();
  others.narrow(0, 0, 7).mul_(-3);
  const Scene s{.columns = 500};
  for (const Descriptor* descriptor : ours()) {
    if (descriptor->knowledge == "omniscient") continue;
    INFO(descriptor->name);
    const at::Tensor together = at::nan_to_num(forged(descriptor->name, {}, rows, s));
    CHECK(at::equal(together, at::nan_to_num(forged(descriptor->name, {}, others, s))));
    CHECK(at::equal(together, at::nan_to_num(forged(descriptor->name, {}, rows, s, /*one_by_one=*/true))));
  }
}

TEST_CASE("the order of honest workers does not matter to who takes them together",
          "[adversaries][conformance]") {
  const at::Tensor rows = normal_matrix(10, 200);
  at::Tensor turned = rows.clone();
  turned.narrow(0, 0, 7).copy_(rows.narrow(0, 0, 7).flip(0));
  const Scene s{.columns = 200};
  for (const Descriptor* descriptor : ours()) {
    // One worker by its number; or a step anywhere on a plateau of equal damage.
    if (descriptor->name == "mimic" || descriptor->name == "alternate" ||
        descriptor->name == "one_coordinate")
      continue;
    INFO(descriptor->name);
    CHECK(at::allclose(at::nan_to_num(forged(descriptor->name, {}, rows, s)),
                       at::nan_to_num(forged(descriptor->name, {}, turned, s)), 1e-3, 1e-4));
  }
}

TEST_CASE("every adversary states its knowledge and its source", "[adversaries][conformance]") {
  for (const Descriptor* descriptor : ours()) {
    INFO(descriptor->name);
    CHECK_FALSE(descriptor->citation.empty());
    const auto made = make<Adversary>(Kind::adversary, descriptor->name, values_for(*descriptor));
    const bool sees = dynamic_cast<const OmniscientAdversary*>(made.get()) != nullptr,
               trains = dynamic_cast<const DataAdversary*>(made.get()) != nullptr;
    CHECK(descriptor->knowledge == (sees ? "omniscient" : trains ? "data" : "blind"));
  }
}

}  // namespace varangian

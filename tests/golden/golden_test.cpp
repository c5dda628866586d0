#include "support/catch.h"
#include "support/runs.h"
#include "support/scratch_folder.h"

#include <cstdlib>
#include <fstream>

// The quadratic uses our own arithmetic alone: its record has the same bytes on every CPU, and these are
// committed. VARANGIAN_ACCEPT=1 rewrites them; such a run passes nothing, so look at the difference and run
// it again.
namespace varangian {
namespace {

struct Golden {
  std::string name, fields;
};

const std::vector<Golden> kGoldens = {
    {"mean", R"("aggregator": "mean", "adversary": {"name": "gaussian", "deviation": 2})"},
    {"median", R"("aggregator": "median", "adversary": {"name": "random_sign", "factor": 10})"},
    {"signum",
     R"("preset": "signum", "adversary": "sign_flip", "optimizer": {"name": "sgd", "lr": 0.01, "decay": "decoupled"})"},
    {"multi_krum",
     R"("aggregator": "multi_krum", "declared_f": 2, "adversary": {"name": "gaussian", "deviation": 2})"},
    {"chain",
     R"("pre_aggregators": ["arc", "nnm", {"name": "bucketing", "size": 1}], "aggregator": "trimmed_mean", "adversary": {"name": "random_sign", "factor": 10})"},
    {"random_ties",
     R"("aggregator": {"name": "majority_vote", "tie": "random"}, "compressor": {"name": "sign", "zero": "random"},
                       "adversary": "zero", "optimizer": {"name": "sgd", "lr": 0.01, "momentum": 0.9, "nesterov": true})"},
    {"feedback",
     R"("compressor": {"up": {"name": "qsgd", "levels": 2, "error_feedback": {"decay": 0.9}}, "down": {"name": "scaled_sign",
        "error_feedback": {"units": "step"}}}, "aggregator": "median", "adversary": "sign_flip", "schedule": "inverse_sqrt")"},
    {"random_k",
     R"("compressor": {"up": {"name": "natural"}, "down": {"name": "random_k", "fraction": 0.5}}, "aggregator": "mean",
        "adversary": "zero")"},
    {"fang_trimmed_mean", R"("aggregator": "trimmed_mean", "adversary": "fang_trimmed_mean")"},
    {"anti_cge", R"("aggregator": "cge", "adversary": "anti_cge")"},
    {"gradient_negation", R"("aggregator": "krum", "declared_f": 2, "adversary": "full_gradient_negation")"},
    {"mimic", R"("aggregator": "mean", "adversary": {"name": "mimic", "index": 2})"},
    {"sign_guard_aware", R"("aggregator": "median", "adversary": "sign_guard_aware")"},
    {"tie_seeker",
     R"("preset": "signum", "adversary": "tie_seeker", "optimizer": {"name": "sgd", "lr": 0.01})"},
    {"coalition",
     R"("aggregator": "mean", "adversaries": [{"name": "lazy", "workers": 1}, {"name": "stochastic_flip", "workers": 1,
        "rounds": [3, 6]}, {"name": "gaussian_added", "workers": 1, "stage": "gradient"}])"},
    {"alternate",
     R"("aggregator": "median", "adversary": {"name": "alternate", "first": "ipm", "second": "uniform", "period": 2})"},
};

}  // namespace

TEST_CASE("the quadratic's records are the committed bytes", "[golden]") {
  const bool accept = std::getenv("VARANGIAN_ACCEPT") != nullptr;
  for (const Golden& golden : kGoldens) {
    const RunConfig run =
        config_of(R"({"format": 1, "name": "golden", "rounds": 8, "seed": 3, "evaluate": {"every": 2},
        "task": {"dataset": {"name": "quadratic", "dimension": 200, "condition": 1, "spread": 0.5}},
        "workers": {"count": 8, "byzantine": 3, "momentum": {"beta": 0.9}}, )" +
                  golden.fields + "}");
    const ScratchFolder folder;
    const std::string metrics = run_in(folder.string(), run, 2).metrics;
    const std::filesystem::path file =
        std::filesystem::path(VARANGIAN_SOURCE_ROOT) / "tests/golden" / (golden.name + ".csv");
    INFO(file.string());
    if (accept)
      std::ofstream(file, std::ios::binary) << metrics;
    else
      CHECK(metrics == bytes_of(file));
  }
  if (accept) FAIL("goldens were rewritten, nothing was compared");
}

}  // namespace varangian

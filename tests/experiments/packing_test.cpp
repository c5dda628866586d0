#include "experiments/packing.h"

#include "engine/crew.h"
#include "experiments/memory.h"
#include "support/catch.h"
#include "support/runs.h"

#include <set>

namespace varangian {
namespace {

// Runs of these many rounds, each taking a share of this machine's memory.
Plan plan_of(const std::vector<int64_t>& rounds, double share, const std::string& execution = "{}") {
  Plan plan;
  for (const int64_t count : rounds) {
    plan.runs.runs.push_back(config_of(R"({"format": 1, "name": "x", "rounds": )" + std::to_string(count) +
                                       R"(, "task": {"dataset": "quadratic"}, "aggregator": "mean",
                                       "workers": {"count": 3, "byzantine": 0}, "execution": )" +
                                       execution + "}"));
    plan.verdicts.push_back({});
    plan.sizes.push_back({.parameters = 100, .bytes = share * available_memory()});
  }
  return plan;
}

}  // namespace

TEST_CASE("the longest runs are first, and what is done is left out", "[sweep]") {
  Plan plan = plan_of({10, 30, 20, 40, 20}, 0);
  plan.verdicts[3].starts = false;
  CHECK(make_packing(plan, 1).order == std::vector<size_t>{1, 2, 4, 0});
}

TEST_CASE("jobs have processors of their own and use all of them", "[sweep]") {
  const int processors = allowed_cpus();
  const Packing packing = make_packing(plan_of(std::vector<int64_t>(100, 10), 0), 0);
  CHECK(packing.jobs == std::min(processors, 100));
  CHECK(packing.jobs * packing.threads <= processors);
  std::multiset<int> cpus;
  for (const auto& set : packing.cpus) cpus.insert(set.begin(), set.end());
  const std::vector<int> all = allowed_cpu_list();
  CHECK(cpus == std::multiset<int>(all.begin(), all.end()));
}

TEST_CASE("fewer runs than processors share them; asked for threads are given", "[sweep]") {
  const int processors = allowed_cpus();
  CHECK(make_packing(plan_of({10}, 0), 0).threads == processors);
  const Packing wide =
      make_packing(plan_of({10, 10}, 0, "{\"threads\": " + std::to_string(processors) + "}"), 0);
  CHECK(wide.jobs == 1);
  CHECK(wide.threads == processors);
  // More than there are: nobody is kept on a processor.
  const Packing crowded =
      make_packing(plan_of({10, 10}, 0, "{\"threads\": " + std::to_string(processors) + "}"), 2);
  CHECK(crowded.jobs == 2);
  CHECK(crowded.cpus == std::vector<std::vector<int>>(2));
}

TEST_CASE("no more runs side by side than memory holds", "[sweep]") {
  CHECK(make_packing(plan_of({10, 10, 10}, 0.7), 0).jobs == 1);
  CHECK_THROWS_WITH(make_packing(plan_of({10, 10, 10}, 0.4), 3),
                    Catch::Contains("--jobs 3") && Catch::Contains("at most 2"));
}

}  // namespace varangian

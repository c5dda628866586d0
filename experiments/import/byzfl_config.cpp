#include "experiments/import/byzfl_config.h"

#include "experiments/import/byzfl_older.h"
#include "experiments/import/byzfl_parts.h"

#include <fmt/ranges.h>

#include <cmath>
#include <numeric>

namespace varangian {
namespace {

const std::string kBenchmark = "/benchmark_config", kResults = "/evaluation_and_results";

class ByzflImport {
 public:
  ByzflImport(Json theirs, const std::string& where) : file_(std::move(theirs), where) {}

  Imported all(const std::string& name) {
    draft_.set("/format", 1);
    draft_.set("/name", name);
    const std::string results = file_.text(kResults + "/results_directory", "./results");
    draft_.set("/output", std::filesystem::path(results).lexically_normal().string());
    draft_.grid("/rounds", file_.numbers(kBenchmark + "/nb_steps", 1000, true));
    import_byzfl_task(file_, draft_);
    algorithm();
    import_byzfl_workers(file_, draft_);
    import_byzfl_defence(file_, draft_);
    optimizer();
    seeds();
    evaluation();
    device();
    selection();
    file_.name_the_rest();
    return {.config = draft_.config(), .notes = file_.notes(), .problems = file_.problems()};
  }

 private:
  void algorithm() {
    for (const Json& algorithm :
         file_.values(kBenchmark + "/training_algorithm", {{"name", "DSGD"}, {"parameters", nullptr}})) {
      const Json name = algorithm.is_object() ? algorithm.value("name", Json("DSGD")) : algorithm;
      if (name != "DSGD")
        file_.problem(kBenchmark + "/training_algorithm",
                      name == "FedAvg"
                          ? "FedAvg needs local steps, which are not available yet; there is DSGD"
                          : fmt::format("unknown algorithm {}; there is DSGD", shown(name)));
    }
  }

  void optimizer() {
    std::vector<Draft::Labelled> optimizers;
    for (const Json& name : file_.values("/model/optimizer_name", "SGD")) {
      const std::string ours = name == "SGD"     ? "sgd"
                               : name == "Adam"  ? "adam"
                               : name == "AdamW" ? "adamw"
                                                 : "";
      if (ours.empty())
        file_.problem("/model/optimizer_name",
                      fmt::format("unknown optimizer {}; there is SGD, Adam, AdamW", shown(name)));
      optimizers.push_back({ours, {{"/optimizer/name", ours}}});
    }
    draft_.cases("optimizer", optimizers);
    draft_.grid("/optimizer/lr", file_.numbers("/model/learning_rate", 0.1));
    draft_.grid("/optimizer/weight_decay", file_.numbers("/honest_clients/weight_decay", 1e-4));
    const Json milestones = file_.value("/model/milestones", Json::array());
    const bool several = milestones.is_array() && !milestones.empty() && milestones.front().is_array();
    std::vector<Draft::Labelled> schedules;
    for (const Json& at : several ? milestones.get<std::vector<Json>>() : std::vector<Json>{milestones})
      for (const Json& decay : file_.numbers("/model/learning_rate_decay", 1.0))
        if (at.empty() || decay == 1.0) {
          if (!at.empty() || decay != 1.0)
            file_.note("/model/learning_rate_decay",
                       "the rate stays as it is: it falls by the decay at milestones");
          if (schedules.empty() || schedules.front().first != "constant")
            schedules.insert(schedules.begin(), {"constant", {{"/schedule", {{"name", "constant"}}}}});
        } else {
          schedules.push_back({fmt::format("{} at {}", decay.dump(), at.dump()),
                               {{"/schedule", {{"name", "step"}, {"at", at}, {"factor", decay}}}}});
        }
    draft_.cases("schedule", schedules);
  }

  // ByzFL draws the initial weights before it sets the training seed, so they follow the seed of the data.
  void seeds() {
    constexpr int64_t kMost = 1000, kLargest = int64_t{1} << 53;
    const auto range = [&](const std::string& first, const std::string& count) {
      const Json from = file_.number(kBenchmark + first, 0, true),
                 many = file_.number(kBenchmark + count, 1, true);
      const bool usable = from >= 0 && from <= kLargest && many >= 1 && many <= kMost;
      if (!usable)
        file_.problem(kBenchmark + count, fmt::format("{} seeds from {} on: take 1 to {} from 0 on",
                                                      many.dump(), from.dump(), kMost));
      std::vector<int64_t> all(usable ? many.get<size_t>() : 1);
      std::iota(all.begin(), all.end(), usable ? from.get<int64_t>() : 0);
      return all;
    };
    const std::vector<int64_t> data = range("/data_distribution_seed", "/nb_data_distribution_seeds"),
                               training = range("/training_seed", "/nb_training_seeds");
    std::vector<Draft::Labelled> points;
    for (const int64_t t : training)
      for (const int64_t d : data)
        points.push_back({data.size() > 1 ? fmt::format("{}, data {}", t, d) : std::to_string(t),
                          {{"/seed/data", d},
                           {"/seed/init", d},
                           {"/seed/batches", t},
                           {"/seed/adversary", t},
                           {"/seed/rule", t}}});
    draft_.cases("seed", points);
  }

  void evaluation() {
    const double train = file_.number(kBenchmark + "/size_train_set", 0.8).get<double>();
    const double validation = std::round((1 - train) * 1e12) / 1e12;  // 1 - 0.8 is not quite 0.2
    draft_.set("/task/dataset/validation", validation);
    draft_.grid("/evaluate/every", file_.numbers(kResults + "/evaluation_delta", 50, true));
    Json on = Json::array();
    validates_ = validation > 0;
    if (validates_) on.push_back("validation");
    if (file_.flag(kResults + "/evaluate_on_test", true)) on.push_back("test");
    draft_.set("/evaluate/on", on);
    if (!file_.value(kResults + "/batch_size_evaluation").is_null())
      file_.leave_out(kResults + "/batch_size_evaluation", "it changes no result");
    if (file_.value(kResults + "/store_per_client_metrics", false) == true)
      file_.leave_out(kResults + "/store_per_client_metrics",
                      "what each worker does is asked for by \"diagnostics\", as \"cosine_to_honest\"");
    if (file_.value(kResults + "/store_models", false) == true)
      file_.leave_out(kResults + "/store_models", "the last weights are kept, those between are not");
  }

  void device() {
    const std::vector<Json> devices = file_.values(kBenchmark + "/device", "cpu");
    const bool cpu = devices.front() == "cpu";
    draft_.set("/execution/device", cpu ? "cpu" : "auto");
    if (!cpu)
      file_.note(kBenchmark + "/device",
                 "\"auto\" here: a GPU where there is one; --device cuda insists on it");
  }

  // ByzFL's choice of hyper-parameters: of these, the point whose worst attack leaves the best validation
  // accuracy, for each combination of everything else.
  void selection() {
    std::vector<std::string> over, attacks;
    for (const char* pointer : {"/optimizer/lr", "/workers/momentum/beta", "/optimizer/weight_decay"})
      if (draft_.is_swept(pointer)) over.push_back(pointer);
    if (over.empty()) return;
    if (!validates_)
      return file_.note("",
                        fmt::format("without a validation split nothing can choose among the values of {}; "
                                    "size_train_set below 1 makes one",
                                    fmt::join(over, ", ")));
    if (draft_.has_cases("adversary")) attacks.push_back("adversary");
    draft_.select(over, attacks);
    file_.note("",
               "the values selected are the best by the validation accuracy of the last round; ByzFL "
               "compares the best round of each curve");
  }

  ForeignFile file_;
  Draft draft_;
  bool validates_ = false;
};

}  // namespace

Imported import_byzfl(const Json& theirs, const std::string& where, const std::string& name) {
  std::vector<std::string> renamed;
  const Json today = modern_byzfl(theirs, where, renamed);
  Imported imported = ByzflImport(today, where).all(name);
  imported.notes.insert(imported.notes.begin(), renamed.begin(), renamed.end());
  return imported;
}

}  // namespace varangian

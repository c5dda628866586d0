#include "experiments/import/byzfl_older.h"

namespace varangian {
namespace {

// Older places, and today's.
const std::pair<const char*, const char*> kMoved[] = {
    {"/general", "/benchmark_config"},
    {"/honest_nodes", "/honest_clients"},
    {"/benchmark_config/nb_byz", "/benchmark_config/f"},
    {"/benchmark_config/declared_nb_byz", "/benchmark_config/tolerated_f"},
    {"/benchmark_config/nb_honest", "/benchmark_config/nb_honest_clients"},
    {"/benchmark_config/evaluation_delta", "/evaluation_and_results/evaluation_delta"},
    {"/benchmark_config/evaluate_on_test", "/evaluation_and_results/evaluate_on_test"},
    {"/benchmark_config/store_models", "/evaluation_and_results/store_models"},
    {"/benchmark_config/data_folder", "/evaluation_and_results/data_folder"},
    {"/benchmark_config/results_directory", "/evaluation_and_results/results_directory"},
    {"/model/data_distribution_seed", "/benchmark_config/data_distribution_seed"},
    {"/model/nb_data_distribution_seeds", "/benchmark_config/nb_data_distribution_seeds"},
    {"/model/data_distribution", "/benchmark_config/data_distribution"},
    {"/server/nb_steps", "/benchmark_config/nb_steps"},
    {"/server/learning_rate", "/model/learning_rate"},
    {"/server/learning_rate_decay", "/model/learning_rate_decay"},
    {"/server/milestones", "/model/milestones"},
    {"/server/batch_size_evaluation", "/evaluation_and_results/batch_size_evaluation"},
    {"/server/batch_size_validation", "/evaluation_and_results/batch_size_evaluation"},
    {"/honest_clients/learning_rate", "/model/learning_rate"},
};

Json taken(Json& config, const std::string& from) {
  const size_t last = from.rfind('/');
  Json* at = &config;
  if (last > 0) {
    const auto parent = config.find(from.substr(1, last - 1));
    if (parent == config.end()) return nullptr;
    at = &*parent;
  }
  const std::string key = from.substr(last + 1);
  if (!at->is_object() || !at->contains(key)) return nullptr;
  const Json value = (*at)[key];
  at->erase(key);
  return value;
}

// What is there under today's name stays.
void place(Json& config, const std::string& to, const Json& value) {
  const size_t last = to.rfind('/');
  Json& at = last > 0 ? config[to.substr(1, last - 1)] : config;
  if (at.is_null()) at = Json::object();
  if (at.is_object() && !at.contains(to.substr(last + 1))) at[to.substr(last + 1)] = value;
}

// 0.0.2 named an optimizer beside the attack; today the optimal attacks have names of their own.
void modernise_attack(Json& attack, const std::string& pointer, std::vector<std::string>& notes,
                      const std::string& where) {
  if (!attack.is_object() || !attack.contains("attack_optimizer")) return;
  const Json optimizer = taken(attack, "/attack_optimizer");
  const Json by = optimizer.is_object() ? optimizer.value("name", Json()) : optimizer;
  const Json name = attack.value("name", Json());
  if (name == "FallOfEmpires" && by == "LineMaximize")
    attack["name"] = "Optimal_InnerProductManipulation";
  else if (name == "LittleIsEnough")
    attack["name"] = by == "LineMaximize" ? "Optimal_ALittleIsEnough" : "ALittleIsEnough";
  else if (!by.is_null())
    notes.push_back(fmt::format("{}: {}/attack_optimizer: {} is left out{}", where, pointer, shown(by),
                                name == "Mimic"
                                    ? ", and the first worker mimicked; \"target\": \"learned\" is "
                                      "our way to find the one that hurts"
                                    : ""));
}

}  // namespace

Json modern_byzfl(const Json& theirs, const std::string& where, std::vector<std::string>& notes) {
  if (!theirs.is_object()) return theirs;
  const Json benchmark = theirs.value("benchmark_config", Json::object());
  const bool older = theirs.contains("general") || theirs.contains("server") ||
                     theirs.contains("honest_nodes") ||
                     (benchmark.is_object() && benchmark.contains("nb_byz"));
  if (!older) return theirs;
  notes.push_back(where + ": written for an older ByzFL; what follows speaks of the keys of 0.0.11");
  Json config = theirs;
  for (const auto& [from, to] : kMoved)
    if (const Json value = taken(config, from); !value.is_null()) place(config, to, value);
  if (taken(config, "/benchmark_config/declared_equal_real") == true)
    taken(config, "/benchmark_config/tolerated_f");
  if (const Json workers = taken(config, "/benchmark_config/nb_workers"); !workers.is_null()) {
    place(config, "/benchmark_config/nb_honest_clients", workers);
    place(config, "/benchmark_config/set_honest_clients_as_clients",
          taken(config, "/benchmark_config/fix_workers_as_honest") != true);
  }
  taken(config, "/benchmark_config/fix_workers_as_honest");
  for (const char* kept : {"store_training_accuracy", "store_training_loss"})  // what each worker did
    for (const char* part : {"/benchmark_config/", "/evaluation_and_results/"})
      if (taken(config, std::string(part) + kept) == true)
        place(config, "/evaluation_and_results/store_per_client_metrics", true);
  taken(config, "/server/batch_norm_momentum");  // of models that are refused
  if (config.contains("server") && config["server"].empty()) config.erase("server");
  if (config.contains("attack")) {
    Json& attacks = config["attack"];
    if (attacks.is_array())
      for (size_t i = 0; i < attacks.size(); ++i)
        modernise_attack(attacks[i], child("/attack", i), notes, where);
    else
      modernise_attack(attacks, "/attack", notes, where);
  }
  return config;
}

}  // namespace varangian

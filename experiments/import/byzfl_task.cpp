#include "experiments/import/byzfl_parts.h"

#include "core/nearest.h"

#include <filesystem>
#include <map>

namespace varangian {
namespace {

struct ByzflData {
  Json ours;
  std::string folder;  ///< of its idx files, below ByzFL's data_folder
};

const std::map<std::string, ByzflData> kByzflData = {
    {"mnist", {{{"name", "mnist"}, {"mean", 0.1307}, {"std", 0.3081}}, "MNIST/raw"}},
    {"fashionmnist", {{{"name", "fashion_mnist"}, {"mean", 0.0}, {"std", 1.0}}, "FashionMNIST/raw"}},
    {"cifar10", {{{"name", "cifar10"}, {"std", "images"}}, ""}},
};

// ByzFL lists them, and stops with them.
const std::map<std::string, std::string> kBrokenData = {
    {"emnist", "torchvision's EMNIST needs a split, which ByzFL does not give"},
    {"cifar100", "its 100 classes do not fit ByzFL's models, which have 10 outputs"},
    {"imagenet", "torchvision's ImageNet takes no \"train\", which ByzFL gives"},
};

struct ByzflModel {
  Json ours;
  bool log_softmax;  ///< its outputs are log-probabilities
};

const std::map<std::string, ByzflModel> kByzflModels = {
    {"cnn_mnist", {{{"name", "cnn"}}, true}},
    {"fc_mnist", {{{"name", "mlp"}, {"hidden", {100}}}, true}},
    {"logreg_mnist", {{{"name", "logistic"}, {"sigmoid", true}}, false}},
    {"cnn_cifar", {{{"name", "cnn_cifar"}}, false}},
};

template <typename Map>
std::vector<std::string> keys_in(const Map& map) {
  std::vector<std::string> keys;
  for (const auto& [key, value] : map) keys.push_back(key);
  return keys;
}

Json dataset_of(const std::string& name, const std::string& data_folder, ForeignFile& file) {
  const std::string at = "/model/dataset_name";
  if (const auto broken = kBrokenData.find(name); broken != kBrokenData.end()) {
    file.problem(at, fmt::format("ByzFL itself stops with \"{}\": {}", name, broken->second));
    return {{"name", name}};
  }
  const auto found = kByzflData.find(name);
  if (found == kByzflData.end()) {
    file.problem(at, fmt::format("unknown data set \"{}\"{}", name, suggestion(name, keys_in(kByzflData))));
    return {{"name", name}};
  }
  if (name == "fashionmnist")
    file.note(at, "ByzFL mirrors every image at random, those for testing too; here they stay as they are");
  if (name == "cifar10")
    file.note(at,
              "ByzFL's crops and mirrored images never happen, for its second transform replaces the "
              "first; so none here either. It is read from the binary version: VARANGIAN_CIFAR10");
  Json ours = found->second.ours;
  const std::filesystem::path folder =
      (std::filesystem::path(data_folder) / found->second.folder).lexically_normal();
  std::error_code ignored;
  if (!found->second.folder.empty() && std::filesystem::is_directory(folder, ignored))
    ours["path"] = folder.string();
  return ours;
}

// The model with the loss on top of it. Log-probabilities and raw outputs are the same to cross-entropy.
Json model_and_loss(const std::string& name, const std::string& loss, ForeignFile& file) {
  const bool nll = loss == "NLLLoss";
  if (!nll && loss != "CrossEntropyLoss")
    file.problem("/model/loss",
                 fmt::format("\"{}\" does not go with labels; there is NLLLoss, CrossEntropyLoss", loss));
  const auto found = kByzflModels.find(name);
  if (found == kByzflModels.end()) {
    const bool residual = name.starts_with("ResNet");
    file.problem("/model/name",
                 residual
                     ? fmt::format("\"{}\" has batch norm, which is not available yet (in ByzFL, its "
                                   "running statistics stay as they began)",
                                   name)
                     : fmt::format("unknown model \"{}\"{}", name, suggestion(name, keys_in(kByzflModels))));
    return {{"/task/model", {{"name", name}}}};
  }
  const bool log_probabilities = nll && found->second.log_softmax;
  if (nll && !log_probabilities)
    file.note("/model/loss",
              fmt::format("NLLLoss wants log-probabilities, and {} gives none: ByzFL minimises "
                          "minus the right output. Cross-entropy is taken here",
                          name));
  Json model = found->second.ours;
  if (log_probabilities) model["log_softmax"] = true;
  return {{"/task/model", model}, {"/task/loss", log_probabilities ? "nll" : "cross_entropy"}};
}

}  // namespace

void import_byzfl_task(ForeignFile& file, Draft& draft) {
  const std::string folder = file.text("/evaluation_and_results/data_folder", "./data");
  std::vector<Draft::Labelled> datasets, models;
  for (const Json& name : file.values("/model/dataset_name", "mnist")) {
    const Json ours = dataset_of(name.is_string() ? name.get<std::string>() : shown(name), folder, file);
    Json settings;
    for (const auto& [key, value] : ours.items()) settings["/task/dataset/" + key] = value;
    datasets.emplace_back(ours.at("name"), settings);
  }
  const std::vector<Json> losses = file.values("/model/loss", "NLLLoss");
  for (const Json& name : file.values("/model/name", "cnn_mnist"))
    for (const Json& loss : losses) {
      const std::string said = loss.is_string() ? loss.get<std::string>() : shown(loss);
      const Json settings =
          model_and_loss(name.is_string() ? name.get<std::string>() : shown(name), said, file);
      const std::string label = settings.at("/task/model").at("name");
      models.emplace_back(losses.size() > 1 ? label + ", " + said : label, settings);
    }
  draft.cases("dataset", datasets);
  draft.cases("model", models);
}

}  // namespace varangian

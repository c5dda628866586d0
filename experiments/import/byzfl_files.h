#pragma once

#include "core/json.h"

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

namespace varangian {

/// One training that ByzFL finished or began: the files of one pair of seeds in the folder of a setting.
struct ByzflRun {
  std::filesystem::path folder;
  int64_t training_seed = 0, data_seed = 0;
  Json settings;                   ///< the folder's config.json, for these seeds alone
  int64_t steps = 0, every = 0;    ///< nb_steps, evaluation_delta
  std::vector<double> train_loss;  ///< of steps 1, 2, ...; empty when unfinished
  std::vector<double> validation_accuracy, test_accuracy;  ///< after steps 0, every, 2 every, ..., nb_steps
  double seconds = -1;                                     ///< below 0 when unfinished
  std::string day, hash;                                   ///< "2025-06-30" or ""; of the files' content

  bool finished() const { return seconds >= 0; }
  /// The step that the i-th accuracy was measured after.
  int64_t step(size_t i) const;
  std::string files() const;  ///< for messages
};

/// All runs in a folder of ByzFL's results, or in that of one setting. What is damaged, or does not belong
/// together, is told to `warn` and left out.
std::vector<ByzflRun> read_byzfl_results(const std::filesystem::path& folder,
                                         const std::function<void(const std::string&)>& warn);

}  // namespace varangian

#pragma once

#include "varangian/component.h"

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace varangian {

/// All samples of a data set, in memory once: inputs as they are stored, normalised only when a batch is
/// gathered.
struct Samples {
  at::Tensor inputs;                ///< uint8 or float32 [N, width]
  at::Tensor targets;               ///< classification: int64 [N]; regression: float32 [N, outputs]
  std::vector<int64_t> shape;       ///< of one input: {channels, height, width} or {features}
  int64_t classes = 0;              ///< 0: regression
  int64_t outputs = 0;              ///< what a model must produce: classes, or the width of a target
  std::vector<float> scale, shift;  ///< by channel: input = scale * byte + shift; for uint8 inputs only
  int64_t train = 0;                ///< samples 0..train-1 are the training set, the rest the test set

  int64_t size() const { return inputs.size(0); }
  int64_t test() const { return size() - train; }
};

/// What is trained on: a SampleDataset (files) or an Objective (src/learn/objective.h, a formula).
class Dataset : public Component {
 public:
  /// The files whose content is part of a run's identity, in a fixed order. Throws Error when one is missing,
  /// and says how to get it.
  virtual std::vector<std::filesystem::path> files() const { return {}; }
};

class SampleDataset : public Dataset {
 public:
  /// Reads everything. Throws Error that names the file and what is wrong with it.
  virtual Samples load() const = 0;
};

}  // namespace varangian

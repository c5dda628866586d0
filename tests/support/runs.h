#pragma once

#include "experiments/run_one.h"

#include <filesystem>
#include <string>

namespace varangian {

/// A config from its JSON text; throws Error with what is wrong.
RunConfig config_of(const std::string& text);

struct RunResult {
  Json manifest;
  std::string metrics;      ///< bytes of metrics.csv
  std::string diagnostics;  ///< bytes of diagnostics.csv, "" when there is none
  std::string workers;      ///< bytes of workers.csv, "" when there is none
  std::string weights;      ///< bytes of weights.safetensors, "" when the run did not complete
};

/// Runs a config below `folder`, as the program does, stopping after round `stop_after` when that is
/// positive.
RunResult run_in(const std::filesystem::path& folder, RunConfig run, int threads, int64_t stop_after = 0,
                 at::Device device = at::kCPU);

/// Writes x.npy (uint8 [samples, 1, 16, 16]) and y.npy (10 classes) of learnable noise to `folder` and
/// returns the JSON of a dataset that reads them.
std::string write_images(const std::filesystem::path& folder, int64_t samples);

std::string bytes_of(const std::filesystem::path& file);

}  // namespace varangian

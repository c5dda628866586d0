#include "support/runs.h"

#include "data/npy.h"
#include "experiments/config_file.h"

#include <ATen/ATen.h>

#include <fstream>

namespace varangian {

RunConfig config_of(const std::string& text) {
  Problems problems("test");
  Json config = parse_json(text, "test");
  spell_out(config, "test");
  RunConfig run = resolve_run(std::move(config), problems);
  problems.throw_if_any();
  return run;
}

std::string bytes_of(const std::filesystem::path& file) {
  std::ifstream stream(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), {}};
}

RunResult run_in(const std::filesystem::path& folder, RunConfig run, int threads, int64_t stop_after,
                 at::Device device) {
  run.output = folder.string();
  const Identity identity = identify(run, device);
  const std::filesystem::path directory = folder_of(run, identity);
  const std::filesystem::path manifest = directory / "manifest.json";
  const Verdict verdict = judge(run, std::filesystem::exists(manifest) ? read_json(manifest) : Json());
  Crew crew(threads, false);
  DataCache data;
  std::atomic<bool> stop = false;
  RunResult result;
  result.manifest =
      run_one(run, identity, verdict,
              {.device = device,
               .crew = crew,
               .data = data,
               .stop = stop,
               .progress = [&](const Progress& p) { stop = stop_after > 0 && p.round >= stop_after; },
               .warn = [](const std::string&) {}});
  result.metrics = bytes_of(directory / "metrics.csv");
  result.diagnostics = bytes_of(directory / "diagnostics.csv");
  result.workers = bytes_of(directory / "workers.csv");
  result.weights = bytes_of(directory / "weights.safetensors");
  return result;
}

std::string write_images(const std::filesystem::path& folder, int64_t samples) {
  constexpr int64_t kSide = 16, kClasses = 10;
  at::Tensor x = at::empty({samples, 1, kSide, kSide}, at::kByte), y = at::empty({samples}, at::kLong);
  const Random random(7, Purpose::noise);
  for (int64_t i = 0; i < samples; ++i) {
    y.data_ptr<int64_t>()[i] = i % kClasses;
    uint8_t* image = x.data_ptr<uint8_t>() + i * kSide * kSide;
    for (int64_t j = 0; j < kSide * kSide; ++j)  // each class has its own bright columns
      image[j] = static_cast<uint8_t>(random.below(128, static_cast<uint32_t>(i), static_cast<uint64_t>(j)) +
                                      (j % kClasses == i % kClasses ? 127 : 0));
  }
  write_npy(folder / "x.npy", x);
  write_npy(folder / "y.npy", y);
  return fmt::format(R"({{"name": "arrays", "x": "{0}/x.npy", "y": "{0}/y.npy", "test": 0.2}})",
                     folder.string());
}

}  // namespace varangian

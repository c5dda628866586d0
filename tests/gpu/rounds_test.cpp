#include "experiments/assemble.h"
#include "experiments/plan.h"
#include "gpu/device.h"
#include "support/catch.h"
#include "support/runs.h"
#include "support/scratch_folder.h"

#include <ATen/ATen.h>

#include <fstream>

// Whole rounds on the GPU: the CPU's bytes where every operator rounds alike, near it elsewhere, and the same
// bytes each time.
namespace varangian {
namespace {

at::Tensor here(const at::Tensor& tensor) { return tensor.to(at::kCPU); }

// Four idx files of learnable noise, 16 x 16, normalised by a mean and a deviation. Returns the JSON of a
// dataset that reads them.
std::string write_digits(const ScratchFolder& folder) {
  constexpr int64_t kSide = 16, kClasses = 10;
  const Random random(7, Purpose::noise);
  const auto write = [&](const std::string& name, int64_t first, int64_t count) {
    const auto high = static_cast<uint8_t>(count >> 8), low = static_cast<uint8_t>(count & 255);
    Bytes images = {0, 0, 8, 3, 0, 0, high, low, 0, 0, 0, kSide, 0, 0, 0, kSide};
    Bytes labels = {0, 0, 8, 1, 0, 0, high, low};
    for (int64_t i = first; i < first + count; ++i) {
      labels.push_back(static_cast<uint8_t>(i % kClasses));
      for (int64_t j = 0; j < kSide * kSide; ++j) {  // each class has its own bright columns
        const int64_t noise =
            static_cast<int64_t>(random.below(128, static_cast<uint32_t>(i), static_cast<uint64_t>(j)));
        images.push_back(static_cast<uint8_t>(noise + (j % kClasses == i % kClasses ? 127 : 0)));
      }
    }
    folder.write(name + "-images-idx3-ubyte", images);
    folder.write(name + "-labels-idx1-ubyte", labels);
  };
  write("train", 0, 600);
  write("t10k", 600, 500);
  return fmt::format(R"({{"name": "mnist", "path": "{}"}})", folder.string());
}

RunConfig images_config(const std::string& images, const std::string& model, const std::string& rest) {
  return config_of(fmt::format(R"({{"format": 1, "name": "gpu", "rounds": 40, "task": {{"dataset": {},
      "model": {}}}, "workers": {{"honest": 5, "byzantine": 2, "batch": {{"size": 16}},
      "momentum": {{"beta": 0.5}}}}, "evaluate": {{"every": 20}}, "diagnostics": ["cosine_to_honest"], {}}})",
                               images, model, rest));
}

const std::vector<std::string> kModels = {R"("logistic")", R"({"name": "mlp", "hidden": [33]})",
                                          R"({"name": "cnn", "channels": [4, 6], "hidden": 20})"};
const std::vector<std::string> kRules = {
    R"("aggregator": "mean", "adversary": "sign_flip", "optimizer": {"name": "sgd", "lr": 0.05})",
    R"("aggregator": "median", "adversary": {"name": "random_sign", "factor": 3},
       "optimizer": {"name": "adam", "lr": 0.005})",
    R"("aggregator": "majority_vote", "compressor": {"name": "sign", "zero": "random"},
       "adversary": "gaussian", "optimizer": {"name": "sgd", "lr": 0.003, "momentum": 0.5})"};

double final_of(const RunResult& result, const char* column) {
  return result.manifest.at("final").at(column).get<double>();
}

}  // namespace

TEST_CASE("the quadratic on the GPU has the CPU's weights, bit for bit, where no sum is taken", "[gpu]") {
  Crew crew(1, false);
  for (
      const std::string rule :
      {R"("aggregator": "median")", R"("aggregator": "majority_vote", "compressor": "sign")",
       R"("aggregator": {"name": "majority_vote", "tie": "random"},
           "compressor": {"name": "sign", "zero": "random"})",
       R"("aggregator": "majority_vote", "compressor": {"up": {"name": "sto_sign", "error_feedback": {}}, "down": "sign"})",
       R"("aggregator": "median", "compressor": {"up": {"name": "qsgd", "error_feedback": {"units": "step"}},
           "down": {"name": "scaled_sign", "error_feedback": {}}})"})
    for (const std::string adversary : {"sign_flip", "random_sign", "rescale", "gaussian", "zero"})
      for (const std::string optimizer : {"sgd", "adam", "adamw"}) {
        INFO(rule << ", " << adversary << ", " << optimizer);
        const RunConfig run = config_of(fmt::format(
            R"({{"format": 1, "name": "gpu", "rounds": 20, "task": {{"dataset": {{"name": "quadratic",
               "dimension": 5000, "condition": 100, "spread": 1}}}}, "workers": {{"count": 8, "byzantine": 3,
               "momentum": {{"beta": 0.9}}}}, {}, "adversary": "{}",
               "optimizer": {{"name": "{}", "lr": 0.01, "weight_decay": 0.1}}}})",
            rule, adversary, optimizer));
        DataCache data;
        Simulation on_cpu(assemble(run, at::kCPU, data).setup, crew);
        Simulation on_gpu(assemble(run, tested_device(), data).setup, crew);
        for (int64_t t = 1; t <= 20; ++t) {
          const Round a = on_cpu.round(t), b = on_gpu.round(t);
          REQUIRE(b.losses.device() == tested_device());
          CHECK(at::allclose(a.losses, here(b.losses), 1e-5));
        }
        CHECK(at::equal(on_cpu.weights(), here(on_gpu.weights())));
      }
}

TEST_CASE("each worker's gradient on the GPU is near the CPU's", "[gpu]") {
  const ScratchFolder folder;
  const std::string images = write_digits(folder);
  for (const std::string& model : kModels) {
    INFO(model);
    DataCache data;
    const RunConfig run = images_config(images, model, kRules[0]);
    const Assembly on_cpu = assemble(run, at::kCPU, data), on_gpu = assemble(run, tested_device(), data);
    const Task &cpu = *on_cpu.setup.task, &gpu = *on_gpu.setup.task;
    const at::Tensor weights = cpu.initial_weights(1);
    CHECK(at::equal(weights, here(gpu.initial_weights(1))));
    const std::vector<int64_t> workers = {0, 1, 2, 3, 4, 5, 6};
    at::Tensor rows = at::zeros({7, cpu.parameters()}), losses = at::zeros({7});
    const auto options = at::TensorOptions(at::kFloat).device(tested_device());
    at::Tensor gpu_rows = at::zeros({7, cpu.parameters()}, options), gpu_losses = at::zeros({7}, options);
    cpu.gradients(weights, workers, 3, rows, losses);
    gpu.gradients(weights.to(tested_device()), workers, 3, gpu_rows, gpu_losses);
    CHECK(at::allclose(losses, here(gpu_losses), 1e-4));
    CHECK(at::allclose(rows, here(gpu_rows), 1e-3, 1e-5));
    CHECK(rows.abs().sum().item<float>() > 1);
  }
}

TEST_CASE("a training on the GPU repeats bit for bit, resumed or not, and its curve is near the CPU's",
          "[gpu]") {
  const ScratchFolder folder;
  const std::string images = write_digits(folder);
  for (const std::string& model : kModels)
    for (const std::string& rule : kRules) {
      INFO(model << ", " << rule);
      const RunConfig run = images_config(images, model, rule);
      const ScratchFolder first, second, resumed, cpu;
      const RunResult expected = run_in(first.string(), run, 1, 0, tested_device());
      REQUIRE(expected.manifest.at("status") == "completed");
      const RunResult again = run_in(second.string(), run, 1, 0, tested_device());
      CHECK(again.metrics == expected.metrics);
      CHECK(again.diagnostics == expected.diagnostics);
      CHECK(again.weights == expected.weights);

      CHECK(run_in(resumed.string(), run, 1, 13, tested_device()).manifest.at("status") == "interrupted");
      const RunResult whole = run_in(resumed.string(), run, 1, 0, tested_device());
      CHECK(whole.metrics == expected.metrics);
      CHECK(whole.weights == expected.weights);

      const RunResult on_cpu = run_in(cpu.string(), run, 1);
      CHECK(final_of(expected, "test_loss") == Approx(final_of(on_cpu, "test_loss")).epsilon(0.1));
      CHECK(std::abs(final_of(expected, "test_accuracy") - final_of(on_cpu, "test_accuracy")) < 0.1);
    }
}

TEST_CASE("\"device\": \"auto\" takes the GPU", "[gpu]") {
  const ScratchFolder folder;
  const std::filesystem::path config = folder / "toy.json";
  std::ofstream(config) << R"({"format": 1, "name": "toy", "rounds": 2, "task": {"dataset": "quadratic"},
      "workers": {"count": 3, "byzantine": 0}, "aggregator": "mean", "execution": {"device": "auto"}})";
  const Plan plan = make_plan({.config = config.string(), .output = folder.string()});
  CHECK(plan.device == tested_device());
  CHECK(plan.identities.front().content.at("config").at("device") ==
        (tested_device().is_cpu() ? "cpu" : "cuda"));
}

}  // namespace varangian

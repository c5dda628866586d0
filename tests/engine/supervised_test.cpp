#include "experiments/assemble.h"
#include "learn/sampler.h"
#include "support/catch.h"
#include "support/runs.h"
#include "support/scratch_folder.h"

#include <ATen/ATen.h>

#include <set>

namespace varangian {
namespace {

std::string config(const std::string& images, const std::string& model, const std::string& workers) {
  return R"({"format": 1, "name": "test", "rounds": 10, "aggregator": "mean", "task": {"dataset": )" +
         images + R"(, "model": )" + model + R"(}, "workers": )" + workers + "}";
}

}  // namespace

TEST_CASE("a cohort of any size gives each worker the gradient that it gets alone", "[engine][learn]") {
  const ScratchFolder data;
  DataCache cache;
  const RunConfig run =
      config_of(config(write_images(data.string(), 300), R"({"name": "cnn", "channels": [3, 4],
      "hidden": 8})",
                       R"({"count": 6, "byzantine": 0, "batch": {"size": 7}})"));
  const Assembly assembly = assemble(run, at::kCPU, cache);
  const Task& task = *assembly.setup.task;
  const at::Tensor weights = task.initial_weights(1);
  const std::vector<int64_t> workers = {0, 1, 2, 3, 4, 5};
  at::Tensor together = at::empty({6, task.parameters()}), alone = at::empty_like(together);
  at::Tensor losses = at::empty({6}), loss = at::empty({6});
  task.gradients(weights, workers, 3, together, losses);
  for (size_t i = 0; i < 6; ++i)
    task.gradients(weights, {&workers[i], 1}, 3, alone.narrow(0, static_cast<int64_t>(i), 1),
                   loss.narrow(0, static_cast<int64_t>(i), 1));
  CHECK(at::allclose(together, alone, 1e-4, 1e-6));
  CHECK(at::allclose(losses, loss, 1e-5));
  CHECK_FALSE(at::allclose(together[0], together[1], 1e-2));
}

TEST_CASE("a whole round on images runs on meta tensors", "[engine][device]") {
  const ScratchFolder data;
  DataCache cache;
  Crew crew(1, false);
  for (const std::string model :
       {R"("logistic")", R"("mlp")", R"({"name": "cnn", "channels": [3, 4], "hidden": 8})"}) {
    const RunConfig run = config_of(config(write_images(data.string(), 200), model,
                                           R"({"count": 4, "byzantine": 0, "batch": {"size": 7}})"));
    Simulation simulation(assemble(run, at::Device(at::kMeta), cache).setup, crew);
    CHECK(simulation.round(1).losses.is_meta());
  }
}

TEST_CASE("a shard smaller than the batch is an error, or gives smaller batches", "[engine][learn]") {
  const ScratchFolder data;
  DataCache cache;
  const std::string images = write_images(data.string(), 100);  // 80 for training, 20 a worker
  CHECK_THROWS_WITH(assemble(config_of(config(images, R"("logistic")", R"({"count": 4, "byzantine": 0})")),
                             at::kCPU, cache),
                    ContainsSubstring("worker 0 holds 20 samples, fewer than the batch of 32"));
  const RunConfig run = config_of(config(images, R"("logistic")", R"({"count": 4, "byzantine": 0,
      "partition": {"name": "iid", "short_shard": "smaller_batch"}})"));
  const Assembly assembly = assemble(run, at::kCPU, cache);
  const Task& task = *assembly.setup.task;
  at::Tensor rows = at::empty({4, task.parameters()}), losses = at::empty({4});
  const std::vector<int64_t> workers = {0, 1, 2, 3};
  const at::Tensor weights = task.initial_weights(1);
  task.gradients(weights, workers, 1, rows, losses);
  at::Tensor again = at::empty_like(rows);
  task.gradients(weights, workers, 2, again, losses);
  CHECK(at::allclose(rows, again, 1e-4, 1e-6));  // every round takes the whole shard
}

TEST_CASE("liars may hold a shard, nothing, or all that the honest hold", "[engine][learn]") {
  const ScratchFolder data;
  DataCache cache;
  const std::string images = write_images(data.string(), 500);  // 400 for training
  const auto epoch = [&](const std::string& byzantine_data) {
    const RunConfig run =
        config_of(R"({"format": 1, "name": "test", "rounds": 10, "aggregator": "mean", "adversary": "zero",
        "task": {"dataset": )" +
                  images + R"(, "model": "logistic"}, "workers": {"honest": 8, "byzantine": 2,
        "partition": {"name": "iid", "byzantine_data": ")" +
                  byzantine_data + R"("}, "batch": {"size": 10}}})");
    return assemble(run, at::kCPU, cache).setup.task->epoch(1);
  };
  CHECK(epoch("shard") == Approx(10.0 / 40));
  CHECK(epoch("none") == Approx(10.0 / 50));
  CHECK(epoch("honest_union") == Approx(10.0 / 50));
  CHECK(epoch(R"(honest_union", "shards": 20, "short_shard": "error)") == Approx(10.0 / 20));
}

TEST_CASE("with a number of shards given, more workers change nobody's shard", "[engine][learn]") {
  const ScratchFolder data;
  DataCache cache;
  const std::string images = write_images(data.string(), 500);  // 400 for training
  const auto task = [&](int64_t count, const std::string& partition) {
    return assemble(config_of(config(images, R"("logistic")",
                                     fmt::format(R"({{"count": {}, "byzantine": 0, "batch": {{"size": 10}},
                                                 "partition": {{"name": "{}", "shards": 10}}}})",
                                                 count, partition))),
                    at::kCPU, cache)
        .setup.task;
  };
  for (const std::string partition : {"iid", "by_label"}) {
    const auto few = task(3, partition), many = task(9, partition);
    CHECK(few->epoch(1) == Approx(10.0 / 40));
    CHECK(many->epoch(1) == Approx(10.0 / 40));
    const std::vector<int64_t> workers = {0, 1, 2};
    at::Tensor in_few = at::empty({3, few->parameters()}), in_many = at::empty_like(in_few);
    at::Tensor losses = at::empty({3});
    const at::Tensor weights = few->initial_weights(1);
    few->gradients(weights, workers, 2, in_few, losses);
    many->gradients(weights, workers, 2, in_many, losses);
    CHECK(at::allclose(in_few, in_many, 1e-4, 1e-6));
    CHECK_FALSE(at::allclose(in_few[0], in_few[1], 1e-2));
  }
  CHECK_THROWS_WITH(task(11, "iid"),
                    ContainsSubstring("10 shards are fewer than the 11 workers that hold data"));
}

TEST_CASE("liars who flip the honest workers' labels need no data of their own", "[engine][learn]") {
  const ScratchFolder data;
  DataCache cache;
  const std::string images = write_images(data.string(), 500);
  const auto after = [&](const std::string& f) {
    const RunConfig run =
        config_of(R"({"format": 1, "name": "test", "rounds": 2, "aggregator": "mean",
        "adversary": {"name": "label_flip", "batches": "honest"}, "task": {"dataset": )" +
                  images + R"(, "model": "logistic"}, "workers": {"honest": 4, "byzantine": )" + f + R"(,
        "momentum": {"beta": 0.5}, "partition": {"name": "iid", "byzantine_data": "none"}}})");
    Crew crew(2, false);
    Simulation simulation(assemble(run, at::kCPU, cache).setup, crew);
    simulation.round(1);
    simulation.round(2);
    return simulation.weights().clone();
  };
  CHECK(after("2").isfinite().all().item<bool>());
  CHECK_FALSE(at::allclose(after("2"), after("1"), 1e-3));
}

TEST_CASE("the sampler passes over a shard without repeating before it is through", "[learn]") {
  Shards shards(2);
  for (int64_t i = 0; i < 30; ++i) shards[1].push_back(100 + i);
  const Sampler sampler(shards, 7, 3);
  CHECK(sampler.size(0) == 0);
  std::vector<int64_t> drawn;
  for (int64_t round = 1; round <= 30; ++round) {
    int64_t batch[7];
    sampler.fill(1, round, batch);
    drawn.insert(drawn.end(), batch, batch + 7);
  }
  for (size_t pass = 0; pass < 7; ++pass)
    CHECK(std::set<int64_t>(drawn.begin() + 30 * static_cast<int64_t>(pass),
                            drawn.begin() + 30 * static_cast<int64_t>(pass + 1))
              .size() == 30);
  CHECK_FALSE(std::equal(drawn.begin(), drawn.begin() + 30, drawn.begin() + 30));
}

}  // namespace varangian

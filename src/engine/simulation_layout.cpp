#include "engine/simulation.h"

#include "engine/allocator.h"
#include "kernels/signs.h"
#include "process/shared_memory.h"

#include <ATen/ATen.h>

#include <algorithm>

// What a simulation sets up before its first round: who computes together, and where messages lie.
namespace varangian {
namespace {

constexpr int64_t kBlockWidth = 8192;  // a multiple of 128; 27 rows of it fit a 1 MiB cache

// Cuts workers, in rising order, into runs whose rows follow one another in the matrix: as few as `longest`
// allows, and of sizes as equal as can be, so that no thread waits for a straggler.
std::vector<std::vector<int64_t>> runs_of(const std::vector<int64_t>& workers, int64_t longest) {
  std::vector<std::vector<int64_t>> runs;
  for (auto begin = workers.begin(); begin != workers.end();) {
    auto end = begin + 1;
    while (end != workers.end() && *end == *(end - 1) + 1) ++end;
    for (int64_t pieces = (end - begin + longest - 1) / longest; pieces > 0; --pieces) {
      const auto size = (end - begin + pieces - 1) / pieces;
      runs.emplace_back(begin, begin + size);
      begin += size;
    }
  }
  return runs;
}

}  // namespace

bool Simulation::works_outside() const {
  return setup_.observed_outside || setup_.defence->rule().is_outside() ||
         std::any_of(setup_.liars.begin(), setup_.liars.end(),
                     [](const Liars& liars) { return liars.adversary->is_outside(); });
}

// Where a component is a process, it reads the messages where they lie.
at::Tensor Simulation::matrix(int64_t rows) const {
  const auto floats = at::TensorOptions().dtype(at::kFloat).device(setup_.task->device());
  return floats.device().is_cpu() && works_outside() ? shared_zeros({rows, columns_}, floats)
                                                     : large_zeros({rows, columns_}, floats);
}

// What a codec writes to. Where it changes nothing, messages are the rows themselves.
Messages Simulation::wire_for(const Compressor& codec, int64_t rows) const {
  Messages wire{.encoding = codec.encoding(), .columns = columns_};
  if (wire.encoding == Encoding::signs)
    wire.rows = at::zeros({rows, kernels::sign_words(columns_)}, rows_.options().dtype(at::kLong));
  else
    wire.rows = codec.identity() ? rows_ : matrix(rows);
  return wire;
}

Simulation::Simulation(Setup setup, Crew& crew)
    : setup_(std::move(setup)),
      crew_(crew),
      columns_(setup_.task->parameters()),
      block_width_(setup_.task->device().is_cpu() ? kBlockWidth : columns_),
      blocks_((columns_ + block_width_ - 1) / block_width_),
      layers_(setup_.task->layers()),
      codec_random_(setup_.rule_seed, Purpose::compressor),
      down_random_(setup_.rule_seed, Purpose::compressor, 1),
      rule_random_(setup_.rule_seed, Purpose::rule) {
  const at::Device device = setup_.task->device();
  const auto floats = at::TensorOptions().dtype(at::kFloat).device(device);
  const int64_t n = setup_.roster.count;
  lies_before_momentum_ = std::any_of(setup_.liars.begin(), setup_.liars.end(),
                                      [](const Liars& liars) { return liars.stage == Stage::gradient; });
  packs_momenta_ = device.is_cpu() && setup_.momentum.beta != 0 && !setup_.feedback &&
                   setup_.compressor->plain_signs() &&
                   std::none_of(setup_.liars.begin(), setup_.liars.end(), [](const Liars& liars) {
                     return liars.stage == Stage::message && liars.omniscient() != nullptr;
                   });

  const auto add_cohorts = [&](const std::vector<int64_t>& workers, const Liars* liars) {
    for (Run& run : runs_of(workers, setup_.cohort)) cohorts_.push_back({std::move(run), liars});
  };
  std::vector<int64_t> always = setup_.roster.honest;
  for (const Liars& liars : setup_.liars)
    if (liars.adversary->reads_own() && liars.poisoner() == nullptr)
      always.insert(always.end(), liars.workers.begin(), liars.workers.end());
    else
      add_cohorts(liars.workers, &liars);
  std::sort(always.begin(), always.end());
  add_cohorts(always, nullptr);
  const int64_t together = device.is_cpu() ? 1 : n;
  honest_runs_ = runs_of(setup_.roster.honest, together);
  byzantine_runs_ = runs_of(setup_.roster.byzantine, together);

  rows_ = matrix(n);
  wire_ = wire_for(*setup_.compressor, n);
  if (!setup_.down->identity()) down_wire_ = wire_for(*setup_.down, 1);
  losses_ = at::zeros({n}, floats);
  // A vote stays packed until the step, unless a codec of the broadcast takes numbers.
  if (setup_.defence->gives() == Encoding::signs && setup_.down->identity())
    update_ = at::zeros({kernels::sign_words(columns_)}, floats.dtype(at::kLong));
  else
    update_ = at::zeros({columns_}, floats);
  squares_ = at::zeros({blocks_, 2}, floats.dtype(at::kDouble));

  state_.add("weights", {Axis::column},
             setup_.start.defined() ? setup_.start.to(device, at::kFloat, false, true)
                                    : setup_.task->initial_weights(setup_.init_seed));
  state_.add("last_update", {Axis::column}, at::zeros({columns_}, floats));
  if (setup_.momentum.beta != 0)
    state_.add("worker_momentum", {Axis::worker, Axis::column}, large_zeros({n, columns_}, floats));
  if (setup_.feedback)
    state_.add("residual", {Axis::worker, Axis::column}, large_zeros({n, columns_}, floats));
  if (setup_.down_feedback) state_.add("down_residual", {Axis::column}, at::zeros({columns_}, floats));
  setup_.optimizer->declare(state_, columns_, device);
  setup_.defence->declare(state_, n, columns_, device);
  if (setup_.defence->rule().root_samples() > 0) {
    reference_ = at::zeros({1, columns_}, floats);
    reference_row_ = reference_[0];
  }
  for (const Liars& liars : setup_.liars) declare(liars, state_, columns_, device);
}

}  // namespace varangian

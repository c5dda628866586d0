#include "engine/simulation.h"

#include "engine/allocator.h"
#include "engine/stopwatch.h"
#include "kernels/signs.h"
#include "kernels/steps.h"
#include "varangian/columns.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <numeric>

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

Round Simulation::round(int64_t number) {
  const double factor = setup_.schedule->factor(number, setup_.rounds);
  const Clock clock{.round = number, .learning_rate = setup_.optimizer->learning_rate() * factor};
  const Random codec = codec_random_.at(number);
  Round done{.clock = clock, .losses = losses_, .squares = squares_};
  Stopwatch watch;

  // Each worker: a batch, its gradient (clipped), its momentum, what its codec lost before. Liars too: what
  // they would say if they were honest.
  crew_.for_each(static_cast<int64_t>(cohorts_.size()), [&](int64_t i) { compute(cohorts_[i], clock); });
  if (reference_.defined()) compute_reference(number);
  done.seconds.gradients = watch.lap();

  done.bytes_up = encode(honest_runs_, codec);
  done.seconds.encode = watch.lap();

  for (const Liars& liars : setup_.liars) {
    if (!liars.active(number)) continue;
    // Blind liars do not know of one another: on the CPU each is a task of its own.
    const size_t together = rows_.is_cpu() ? 1 : liars.workers.size();
    crew_.for_each(static_cast<int64_t>(liars.workers.size() / together),
                   [&](int64_t i) { forge(liars, static_cast<size_t>(i) * together, together, clock); });
  }
  done.seconds.forge = watch.lap();

  // The codec takes the liars' power away: the wire holds only what it can express.
  done.bytes_up += encode(byzantine_runs_, codec);
  keep_residuals(clock);
  done.seconds.encode += watch.lap();

  const Decision decision = aggregate(clock);
  done.seconds.aggregate = watch.lap();

  done.bytes_down = setup_.roster.count * broadcast(clock);
  done.seconds.encode += watch.lap();

  crew_.for_each(blocks_, [&](int64_t block) { step(block, clock); });
  Defence::commit(state_, decision);
  done.seconds.step = watch.lap();
  return done;
}

// Nobody reads the gradients of liars who do not start from them, unless their momentum must be there when
// they turn honest again.
bool Simulation::is_wasted(const Cohort& cohort, int64_t round) const {
  if (cohort.idle_liars == nullptr || !cohort.idle_liars->active(round)) return false;
  return setup_.momentum.beta == 0 || cohort.idle_liars->last >= setup_.rounds;
}

void Simulation::compute(const Cohort& cohort, const Clock& clock) {
  if (is_wasted(cohort, clock.round)) return;
  const int64_t first = cohort.workers.front(), count = static_cast<int64_t>(cohort.workers.size());
  at::Tensor rows = rows_.narrow(0, first, count);
  setup_.task->gradients(weights(), cohort.workers, clock.round, rows, losses_.narrow(0, first, count));
  // A gradient that is not finite stays so, and the run ends as diverged.
  if (setup_.clip)
    for (int64_t i = 0; i < count; ++i) {
      const at::Tensor norm = sum_of_squares(rows[i]).sqrt();
      rows[i].mul_(norm.reciprocal().mul(*setup_.clip).clamp_max(1));
    }
  if (setup_.momentum.beta != 0) {
    const float beta = static_cast<float>(setup_.momentum.beta),
                gain = setup_.momentum.damped ? 1.0f - beta : 1.0f;
    at::Tensor momentum = state_["worker_momentum"].narrow(0, first, count);
    if (rows.is_cpu())
      kernels::momentum(momentum.data_ptr<float>(), rows.data_ptr<float>(), beta, gain, count * columns_);
    else
      rows.copy_(momentum.mul_(beta).add_(rows.mul(gain)));
  }
  if (setup_.feedback) setup_.feedback->add(rows, state_["residual"].narrow(0, first, count), clock);
}

// The server computes as worker n, from samples of its own.
void Simulation::compute_reference(int64_t round) {
  at::Tensor loss = at::empty({1}, losses_.options());
  setup_.task->gradients(weights(), {&setup_.roster.count, 1}, round, reference_, loss);
}

// Returns the bytes on the wire.
int64_t Simulation::encode(const std::vector<Run>& runs, const Random& codec) {
  std::vector<int64_t> bytes(runs.size());
  crew_.for_each(static_cast<int64_t>(runs.size()), [&](int64_t i) {
    const int64_t first = runs[i].front(), count = static_cast<int64_t>(runs[i].size());
    if (setup_.compressor->identity())
      bytes[i] = count * payload_bytes(Encoding::dense, columns_);
    else
      bytes[i] = setup_.compressor->encode(
          {.dense = rows_.narrow(0, first, count), .workers = runs[i], .random = codec, .layers = layers_},
          wire_.rows.narrow(0, first, count));
  });
  return std::accumulate(bytes.begin(), bytes.end(), int64_t{0});
}

// What the codec lost of a message. Who lies keeps nothing: what it lost is no loss of its own.
void Simulation::keep_residuals(const Clock& clock) {
  if (!setup_.feedback) return;
  std::vector<bool> lies(static_cast<size_t>(setup_.roster.count), false);
  for (const Liars& liars : setup_.liars)
    for (const int64_t worker : liars.workers) lies[static_cast<size_t>(worker)] = liars.active(clock.round);
  crew_.for_each(setup_.roster.count, [&](int64_t worker) {
    at::Tensor residual = state_["residual"][worker];
    if (lies[static_cast<size_t>(worker)])
      residual.zero_();
    else
      setup_.feedback->keep(residual, rows_[worker], dense_row(wire_, worker), clock);
  });
}

void Simulation::forge(const Liars& liars, size_t first, size_t count, const Clock& clock) {
  const std::vector<int64_t> workers(liars.workers.begin() + first, liars.workers.begin() + first + count);
  const bool reads_own = liars.adversary->reads_own();
  const at::Tensor own = reads_own ? select_rows(rows_, workers) : at::Tensor();
  const Random random = liars.random.at(clock.round);
  at::Tensor messages = at::empty({static_cast<int64_t>(count), columns_}, rows_.options());
  liars.adversary->forge({.own = own,
                          .workers = workers,
                          .count = setup_.roster.count,
                          .byzantine = static_cast<int64_t>(setup_.roster.byzantine.size()),
                          .clock = clock,
                          .last_update = update(),
                          .random = random},
                         messages);
  for (size_t i = 0; i < count; ++i) rows_[workers[i]].copy_(messages[static_cast<int64_t>(i)]);
}

Decision Simulation::aggregate(const Clock& clock) {
  return setup_.defence->decide({.wire = wire_,
                                 .declared_f = setup_.declared_f,
                                 .clock = clock,
                                 .last_update = update(),
                                 .weights = weights(),
                                 .reference = reference_.defined() ? reference_[0] : at::Tensor(),
                                 .layers = layers_,
                                 .random = rule_random_.at(clock.round),
                                 .state = state_},
                                update_, crew_);
}

// The update as the workers receive it: that is what they, and the server's copy of them, step with. Returns
// the bytes that one of them receives.
int64_t Simulation::broadcast(const Clock& clock) {
  if (setup_.down->identity()) return (columns_ * setup_.defence->rule().update_bits() + 7) / 8;
  constexpr int64_t kServer[] = {0};
  if (setup_.down_feedback) setup_.down_feedback->add(update_, state_["down_residual"], clock);
  const int64_t bytes = setup_.down->encode({.dense = update_.unsqueeze(0),
                                             .workers = kServer,
                                             .random = down_random_.at(clock.round),
                                             .layers = layers_},
                                            down_wire_.rows);
  const at::Tensor decoded = dense_row(down_wire_, 0);
  if (setup_.down_feedback) setup_.down_feedback->keep(state_["down_residual"], update_, decoded, clock);
  update_.copy_(decoded);
  return bytes;
}

void Simulation::step(int64_t block, const Clock& clock) {
  const int64_t begin = block * block_width_, size = width(block);
  const at::Tensor fresh = update_.narrow(0, begin, size);
  at::Tensor weights = this->weights().narrow(0, begin, size);
  setup_.optimizer->step(weights, fresh, state_, begin, clock);
  update().narrow(0, begin, size).copy_(fresh);
  squares_[block][0].copy_(sum_of_squares(fresh));
  squares_[block][1].copy_(sum_of_squares(weights));
}

int64_t Simulation::width(int64_t block) const {
  return std::min(block_width_, columns_ - block * block_width_);
}

// What a codec writes to. Where it changes nothing, messages are the rows themselves.
Messages Simulation::wire_for(const Compressor& codec, int64_t rows) const {
  Messages wire{.encoding = codec.encoding(), .columns = columns_};
  if (wire.encoding == Encoding::signs)
    wire.rows = at::zeros({rows, kernels::sign_words(columns_)}, rows_.options().dtype(at::kLong));
  else
    wire.rows = codec.identity() ? rows_ : large_zeros({rows, columns_}, rows_.options());
  return wire;
}

at::Tensor Simulation::honest_mean() {
  at::Tensor mean = at::empty({columns_}, rows_.options());
  const at::Tensor honest = select_rows(rows_, setup_.roster.honest);
  crew_.for_each(blocks_, [&](int64_t block) {
    const int64_t begin = block * block_width_, size = width(block);
    column_mean(honest.narrow(1, begin, size), mean.narrow(0, begin, size));
  });
  return mean;
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

  const auto add_cohorts = [&](const std::vector<int64_t>& workers, const Liars* idle_liars) {
    for (Run& run : runs_of(workers, setup_.cohort)) cohorts_.push_back({std::move(run), idle_liars});
  };
  std::vector<int64_t> always = setup_.roster.honest;
  for (const Liars& liars : setup_.liars)
    if (liars.adversary->reads_own())
      always.insert(always.end(), liars.workers.begin(), liars.workers.end());
    else
      add_cohorts(liars.workers, &liars);
  std::sort(always.begin(), always.end());
  add_cohorts(always, nullptr);
  const int64_t together = device.is_cpu() ? 1 : n;
  honest_runs_ = runs_of(setup_.roster.honest, together);
  byzantine_runs_ = runs_of(setup_.roster.byzantine, together);

  rows_ = large_zeros({n, columns_}, floats);
  wire_ = wire_for(*setup_.compressor, n);
  if (!setup_.down->identity()) down_wire_ = wire_for(*setup_.down, 1);
  losses_ = at::zeros({n}, floats);
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
  if (setup_.defence->rule().root_samples() > 0) reference_ = at::zeros({1, columns_}, floats);
}

}  // namespace varangian

#include "engine/simulation.h"

#include "core/blame.h"
#include "engine/stopwatch.h"
#include "kernels/cuda/kernels.h"
#include "kernels/signs.h"
#include "kernels/steps.h"
#include "process/shared_memory.h"
#include "varangian/columns.h"
#include "varangian/signs.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <numeric>

namespace varangian {

Round Simulation::round(int64_t number) {
  const double factor = setup_.schedule->factor(number, setup_.rounds);
  const Clock clock{.round = number, .learning_rate = setup_.optimizer->learning_rate() * factor};
  const Random codec = codec_random_.at(number);
  Round done{.clock = clock, .losses = losses_, .squares = squares_};
  Stopwatch watch;

  // Each worker: a batch, its gradient (clipped), its momentum, what its codec lost before. Liars too: what
  // they would say if they were honest.
  crew_.for_each(static_cast<int64_t>(cohorts_.size()), [&](int64_t i) { compute(cohorts_[i], clock); });
  if (lies_before_momentum_) {
    forge(Stage::gradient, clock);
    crew_.for_each(static_cast<int64_t>(cohorts_.size()),
                   [&](int64_t i) { finish_rows(cohorts_[i], clock); });
  }
  if (reference_.defined()) compute_reference(number);
  done.seconds.gradients = watch.lap();

  done.bytes_up = encode(honest_runs_, codec);
  done.seconds.encode = watch.lap();

  forge(Stage::message, clock);
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

bool Simulation::is_honest(int64_t worker) const {
  return std::binary_search(setup_.roster.honest.begin(), setup_.roster.honest.end(), worker);
}

// Nobody reads the gradients of liars who do not start from them, unless their momentum must be there when
// they turn honest again.
bool Simulation::is_wasted(const Cohort& cohort, int64_t round) const {
  if (cohort.liars == nullptr || starts_from_own(*cohort.liars->adversary) || !cohort.liars->active(round))
    return false;
  return cohort.liars->stage == Stage::gradient || setup_.momentum.beta == 0 ||
         cohort.liars->last >= setup_.rounds;
}

void Simulation::compute(const Cohort& cohort, const Clock& clock) {
  if (is_wasted(cohort, clock.round)) return;
  const int64_t first = cohort.workers.front(), count = static_cast<int64_t>(cohort.workers.size());
  at::Tensor rows = rows_.narrow(0, first, count);
  const DataAdversary* poisoner =
      cohort.liars != nullptr && cohort.liars->active(clock.round) ? cohort.liars->poisoner() : nullptr;
  const std::optional<Poisoning> poisoning =
      poisoner != nullptr && !poisoner->takes_honest_batches()
          ? std::optional(Poisoning{*poisoner, cohort.liars->random.at(clock.round)})
          : std::nullopt;
  setup_.task->gradients(weights(), cohort.workers, clock.round, rows, losses_.narrow(0, first, count),
                         poisoning ? &*poisoning : nullptr);
  // A gradient that is not finite stays so, and the run ends as diverged.
  if (setup_.clip)
    for (int64_t i = 0; i < count; ++i) {
      const at::Tensor norm = sum_of_squares(rows[i]).sqrt();
      rows[i].mul_(norm.reciprocal().mul(*setup_.clip).clamp_max(1));
    }
  if (!lies_before_momentum_) finish_rows(cohort, clock);
}

// From gradients to what an honest worker means to send: its momentum, and what its codec lost before.
void Simulation::finish_rows(const Cohort& cohort, const Clock& clock) {
  const int64_t first = cohort.workers.front(), count = static_cast<int64_t>(cohort.workers.size());
  if (setup_.momentum.beta != 0) take_momentum(first, count);
  if (setup_.feedback)
    setup_.feedback->add(rows_.narrow(0, first, count), state_["residual"].narrow(0, first, count), clock);
}

void Simulation::take_momentum(int64_t first, int64_t count) {
  const float beta = static_cast<float>(setup_.momentum.beta),
              gain = setup_.momentum.damped ? 1.0f - beta : 1.0f;
  at::Tensor rows = rows_.narrow(0, first, count),
             momenta = state_["worker_momentum"].narrow(0, first, count);
  if constexpr (kernels::cuda::kBuilt)
    if (rows.is_cuda() && rows.is_contiguous() && momenta.is_contiguous() && kernels::cuda::work())
      return kernels::cuda::momentum(momenta.data_ptr<float>(), rows.data_ptr<float>(), beta, gain,
                                     rows.numel(), kernels::cuda::kDefaultStream);
  if (!rows.is_cpu()) return void(rows.copy_(momenta.mul_(beta).add_(rows.mul(gain))));
  uint64_t* words = packs_momenta_ ? reinterpret_cast<uint64_t*>(wire_.rows.data_ptr<int64_t>()) : nullptr;
  for (int64_t i = 0; i < count; ++i) {
    float *m = momenta.data_ptr<float>() + i * columns_, *g = rows.data_ptr<float>() + i * columns_;
    if (packs_momenta_ && is_honest(first + i))
      kernels::pack_momentum_signs(m, g, beta, gain, columns_, words + (first + i) * wire_.rows.stride(0));
    else
      kernels::momentum(m, g, beta, gain, columns_);
  }
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
    if (setup_.compressor->identity() || (packs_momenta_ && is_honest(first)))  // on the wire already
      bytes[i] = count * payload_bytes(wire_.encoding, columns_);
    else
      bytes[i] = blaming(*setup_.compressor, codec.round(), [&] {
        return setup_.compressor->encode(
            {.dense = rows_.narrow(0, first, count), .workers = runs[i], .random = codec, .layers = layers_},
            wire_.rows.narrow(0, first, count));
      });
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

// All of these liars send the mean of what the honest workers' batches give once they are poisoned.
void Simulation::take_honest_batches(const Liars& liars, const Clock& clock) {
  const std::vector<int64_t>& honest = setup_.roster.honest;
  at::Tensor sum = at::zeros({columns_}, rows_.options());
  const Poisoning poisoning{*liars.poisoner(), liars.random.at(clock.round)};
  at::Tensor rows = at::empty({setup_.cohort, columns_}, rows_.options()),
             losses = at::empty({setup_.cohort}, losses_.options());
  for (size_t begin = 0; begin < honest.size(); begin += static_cast<size_t>(setup_.cohort)) {
    const size_t count = std::min(honest.size() - begin, static_cast<size_t>(setup_.cohort));
    setup_.task->gradients(weights(), {honest.data() + begin, count}, clock.round,
                           rows.narrow(0, 0, static_cast<int64_t>(count)),
                           losses.narrow(0, 0, static_cast<int64_t>(count)), &poisoning);
    for (size_t i = 0; i < count; ++i) sum.add_(rows[static_cast<int64_t>(i)]);
  }
  sum.div_(static_cast<double>(honest.size()));
  for (const int64_t liar : liars.workers) at::Tensor(rows_[liar]).copy_(sum);
}

void Simulation::forge(Stage stage, const Clock& clock) {
  const auto forges = [&](const Liars& liars) { return liars.stage == stage && liars.active(clock.round); };
  for (const Liars& liars : setup_.liars)
    if (forges(liars) && liars.poisoner() != nullptr && liars.poisoner()->takes_honest_batches())
      take_honest_batches(liars, clock);
  if (std::any_of(setup_.liars.begin(), setup_.liars.end(), [&](const Liars& liars) {
        return forges(liars) && liars.omniscient() != nullptr && liars.omniscient()->reads_full_gradient();
      })) {
    if (!full_gradient_.defined()) full_gradient_ = at::empty({columns_}, rows_.options());
    setup_.task->full_gradient(weights(), full_gradient_, crew_);
  }
  const Random rule = rule_random_.at(clock.round), codec = codec_random_.at(clock.round);
  const DefenceView server = server_view(clock, rule);
  std::function<void(const at::Tensor&, int64_t)> encode;
  if (!setup_.compressor->identity())
    encode = [&](const at::Tensor& message, int64_t worker) {
      setup_.compressor->encode(
          {.dense = message.unsqueeze(0), .workers = {&worker, 1}, .random = codec, .layers = layers_},
          wire_.rows.narrow(0, worker, 1));
    };
  varangian::forge(setup_.liars, {.stage = stage,
                                  .rows = rows_,
                                  .roster = setup_.roster,
                                  .defence = *setup_.defence,
                                  .server = server,
                                  .full_gradient = full_gradient_,
                                  .encode = encode,
                                  .parallel = crew_});
}

DefenceView Simulation::server_view(const Clock& clock, const Random& random) const {
  return {.wire = wire_,
          .declared_f = setup_.declared_f,
          .clock = clock,
          .last_update = state_["last_update"],
          .weights = state_["weights"],
          .reference = reference_row_,
          .layers = layers_,
          .random = random,
          .state = state_};
}

Decision Simulation::aggregate(const Clock& clock) {
  return setup_.defence->decide(server_view(clock, rule_random_.at(clock.round)), update_, crew_);
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
  at::Tensor fresh = update().narrow(0, begin, size), weights = this->weights().narrow(0, begin, size);
  if (update_.scalar_type() == at::kLong)  // the step then finds the signs in the cache
    unpack_signs(update_.narrow(0, begin / 64, kernels::sign_words(size)), fresh);
  else
    fresh.copy_(update_.narrow(0, begin, size));
  setup_.optimizer->step(weights, fresh, state_, begin, clock);
  squares_[block][0].copy_(sum_of_squares(fresh));
  squares_[block][1].copy_(sum_of_squares(weights));
}

int64_t Simulation::width(int64_t block) const {
  return std::min(block_width_, columns_ - block * block_width_);
}

at::Tensor Simulation::honest_mean() {
  at::Tensor mean = at::empty({columns_}, rows_.options());
  const at::Tensor honest =
      select_rows(packs_momenta_ ? state_["worker_momentum"] : rows_, setup_.roster.honest);
  crew_.for_each(blocks_, [&](int64_t block) {
    const int64_t begin = block * block_width_, size = width(block);
    column_mean(honest.narrow(1, begin, size), mean.narrow(0, begin, size));
  });
  return mean;
}

}  // namespace varangian

#include "learn/supervised.h"

#include "core/blame.h"
#include "kernels/gather.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <numeric>

namespace varangian {
namespace {

constexpr int64_t kSampleChunk =
    500;                             // samples evaluated together: fixed, so that threads cannot change a bit
constexpr int64_t kSampleParts = 8;  // of which a full gradient is the sum: fixed, for the same reason
constexpr int64_t kSmallPass = 96;   // samples of a cohort below which four of them beat eight
constexpr int64_t kLargestPass = 4096;  // samples of a cohort

class SupervisedTask final : public Task {
 public:
  SupervisedTask(Supervised parts, at::Device device) : parts_(std::move(parts)), device_(device) {
    Samples& samples = parts_.samples;
    samples.inputs = samples.inputs.to(device).contiguous();
    samples.targets = samples.targets.to(device).contiguous();
    const int64_t width = samples.inputs.size(1);
    plane_ = samples.shape.size() == 3 ? width / samples.shape[0] : width;
    if (!device.is_cpu() && is_bytes()) {
      scale_ = at::tensor(samples.scale).repeat_interleave(plane_).to(device);
      shift_ = at::tensor(samples.shift).repeat_interleave(plane_).to(device);
    }
    test_.resize(static_cast<size_t>(samples.test()));
    std::iota(test_.begin(), test_.end(), samples.train);
    for (const int64_t worker : parts_.honest) {
      honest_samples_ += static_cast<int64_t>(parts_.sampler.shards()[worker].size());
      honest_per_round_ += parts_.sampler.size(worker);
    }
  }

  int64_t parameters() const override { return parts_.network->parameters(); }
  std::vector<int64_t> layers() const override { return parts_.network->starts(); }
  at::Device device() const override { return device_; }

  at::Tensor initial_weights(uint64_t seed) const override {
    at::Tensor weights = at::empty({parameters()}, at::kFloat);
    parts_.network->initialise(weights, Random(seed, Purpose::initial_weights));
    return weights.to(device_);
  }

  void gradients(const at::Tensor& weights, std::span<const int64_t> workers, int64_t round, at::Tensor rows,
                 at::Tensor losses, const Poisoning* poisoning) const override {
    const int64_t count = static_cast<int64_t>(workers.size()), batch = parts_.sampler.batch();
    const at::Tensor index = at::zeros({count * batch}, at::kLong);
    at::Tensor share = at::zeros({count * batch}, at::kFloat);  // of each sample in its worker's mean
    for (int64_t i = 0; i < count; ++i) {
      const int64_t size = parts_.sampler.size(workers[i]);
      parts_.sampler.fill(workers[i], round, index.data_ptr<int64_t>() + i * batch);
      std::fill_n(share.data_ptr<float>() + i * batch, size,
                  1.0f / static_cast<float>(std::max<int64_t>(1, size)));
    }
    share = moved(share);
    const at::Tensor where = moved(index);
    std::vector<Saved> saved;
    const at::Tensor inputs = gather(index, where), targets = at::index(parts_.samples.targets, {where});
    if (poisoning != nullptr) poison(*poisoning, weights, workers, inputs, targets);
    const at::Tensor outputs = parts_.network->forward(inputs, weights, saved);
    losses.copy_(parts_.loss->value(outputs, targets).mul(share).view({count, batch}).sum(1));
    parts_.network->backward(parts_.loss->gradient(outputs, targets, share), saved, weights, rows);
  }

  bool has_samples() const override { return true; }

  void full_gradient(const at::Tensor& weights, at::Tensor out, Parallel& parallel) const override {
    std::vector<int64_t> all;
    for (const int64_t worker : parts_.honest) {
      const std::vector<int64_t>& shard = parts_.sampler.shards()[static_cast<size_t>(worker)];
      all.insert(all.end(), shard.begin(), shard.end());
    }
    const int64_t samples = static_cast<int64_t>(all.size());
    const at::Tensor sums = at::zeros({kSampleParts, parameters()}, out.options());
    parallel.for_each(kSampleParts, [&](int64_t part) {
      at::Tensor rows = at::empty({1, parameters()}, out.options());
      for (int64_t begin = part * kSampleChunk; begin < samples; begin += kSampleParts * kSampleChunk) {
        const int64_t size = std::min(kSampleChunk, samples - begin);
        const at::Tensor index = at::empty({size}, at::kLong);
        std::copy_n(all.begin() + begin, size, index.data_ptr<int64_t>());
        const at::Tensor where = moved(index), targets = at::index(parts_.samples.targets, {where});
        std::vector<Saved> saved;
        const at::Tensor outputs = parts_.network->forward(gather(index, where), weights, saved);
        const at::Tensor share = at::full({size}, 1.0 / static_cast<double>(samples), out.options());
        parts_.network->backward(parts_.loss->gradient(outputs, targets, share), saved, weights, rows);
        sums[part].add_(rows[0]);
      }
    });
    out.copy_(sums.sum(0));
  }

  bool idle(int64_t worker) const override { return parts_.sampler.size(worker) == 0; }

  // On a GPU one pass keeps the device busy; on the CPU there are as many as threads may want.
  int64_t cohort(int64_t count) const override {
    if (parts_.network->one_worker_at_a_time()) return 1;
    if (!device_.is_cpu()) return std::clamp<int64_t>(kLargestPass / parts_.sampler.batch(), 1, count);
    const int64_t batch = parts_.sampler.batch(), eighth = (count + 7) / 8;
    const int64_t longest = eighth * batch < kSmallPass ? (count + 3) / 4 : eighth;
    return std::clamp<int64_t>(kLargestPass / batch, 1, longest);
  }

  double epoch(int64_t round) const override {
    if (honest_samples_ == 0) return 0;
    return static_cast<double>(round) * static_cast<double>(honest_per_round_) /
           static_cast<double>(honest_samples_);
  }

  int64_t chunks(Split split) const override {
    return (static_cast<int64_t>(positions(split).size()) + kSampleChunk - 1) / kSampleChunk;
  }

  at::Tensor evaluate(const at::Tensor& weights, Split split, int64_t chunk) const override {
    const std::vector<int64_t>& all = positions(split);
    const int64_t begin = chunk * kSampleChunk,
                  size = std::min(kSampleChunk, static_cast<int64_t>(all.size()) - begin);
    const at::Tensor index = at::empty({size}, at::kLong);
    std::copy_n(all.begin() + begin, size, index.data_ptr<int64_t>());
    const at::Tensor where = moved(index);
    const at::Tensor outputs = parts_.network->forward(gather(index, where), weights);
    const at::Tensor targets = at::index(parts_.samples.targets, {where});
    const at::Tensor losses = parts_.loss->value(outputs, targets);
    std::vector<at::Tensor> sums = {losses.to(at::kDouble).sum().view({1})};
    for (const auto& metric : parts_.metrics) sums.push_back(metric->sums(outputs, targets, losses));
    if (parts_.backdoor) sums.push_back(fooled(gather(index, where), weights, targets));
    return at::cat(sums);
  }

  std::vector<std::string> columns() const override {
    std::vector<std::string> names = {"loss"};
    for (const auto& metric : parts_.metrics)
      for (const std::string& name : metric->columns(parts_.samples.outputs)) names.push_back(name);
    if (parts_.backdoor) names.emplace_back("backdoor_success");
    return names;
  }

  std::vector<double> finish(Split split, std::span<const double> sums) const override {
    const int64_t samples = static_cast<int64_t>(positions(split).size());
    std::vector<double> values = {sums[0] / static_cast<double>(samples)};
    size_t at = 1;
    for (const auto& metric : parts_.metrics) {
      const size_t count = static_cast<size_t>(metric->count(parts_.samples.outputs));
      for (const double value : metric->finish(sums.subspan(at, count), samples)) values.push_back(value);
      at += count;
    }
    if (parts_.backdoor) values.push_back(sums[at] / sums[at + 1]);
    return values;
  }

 private:
  void poison(const Poisoning& poisoning, const at::Tensor& weights, std::span<const int64_t> workers,
              const at::Tensor& inputs, const at::Tensor& targets) const {
    const at::Tensor outputs =
        poisoning.adversary.reads_outputs() ? parts_.network->forward(inputs, weights) : at::Tensor();
    const int64_t batch = parts_.sampler.batch();
    for (size_t i = 0; i < workers.size(); ++i) {
      const int64_t begin = static_cast<int64_t>(i) * batch, size = parts_.sampler.size(workers[i]);
      const Batch lie{.inputs = inputs.narrow(0, begin, size),
                      .targets = targets.narrow(0, begin, size),
                      .shape = parts_.samples.shape,
                      .classes = parts_.samples.classes,
                      .outputs = outputs.defined() ? outputs.narrow(0, begin, size) : outputs,
                      .worker = workers[i],
                      .random = poisoning.random};
      blaming(poisoning.adversary, poisoning.random.round(), [&] { poisoning.adversary.poison(lie); });
    }
  }

  // Of the samples that are not of the backdoor's target class: those that its trigger brings there, and all.
  at::Tensor fooled(const at::Tensor& inputs, const at::Tensor& weights, const at::Tensor& targets) const {
    const int64_t target = parts_.backdoor->target();
    parts_.backdoor->trigger(inputs, parts_.samples.shape);
    const at::Tensor others = targets.ne(target);
    const at::Tensor brought = parts_.network->forward(inputs, weights).argmax(1).eq(target);
    return at::stack({brought.logical_and(others).sum(), others.sum()}).to(at::kDouble);
  }

  // To the device without waiting for it: the driver keeps a copy of what it has not sent yet.
  at::Tensor moved(const at::Tensor& tensor) const {
    return tensor.to(at::TensorOptions(device_), /*non_blocking=*/true);
  }

  bool is_bytes() const { return parts_.samples.inputs.scalar_type() == at::kByte; }

  const std::vector<int64_t>& positions(Split split) const {
    VARANGIAN_ASSERT_EQ(split == Split::train, false);
    return split == Split::test ? test_ : parts_.validation;
  }

  // The batch at these positions, float32 [size, width], normalised. `where` is `index` on the device.
  at::Tensor gather(const at::Tensor& index, const at::Tensor& where) const {
    const Samples& samples = parts_.samples;
    const int64_t count = index.size(0), width = samples.inputs.size(1);
    if (!device_.is_cpu()) {
      const at::Tensor raw = at::index(samples.inputs, {where});
      return is_bytes() ? raw.to(at::kFloat).mul(scale_).add(shift_) : raw;
    }
    at::Tensor batch = at::empty({count, width}, at::kFloat);
    if (is_bytes())
      kernels::gather_bytes(samples.inputs.data_ptr<uint8_t>(), index.data_ptr<int64_t>(), count, width,
                            plane_, samples.scale.data(), samples.shift.data(), batch.data_ptr<float>());
    else
      kernels::gather_floats(samples.inputs.data_ptr<float>(), index.data_ptr<int64_t>(), count, width,
                             batch.data_ptr<float>());
    return batch;
  }

  Supervised parts_;
  at::Device device_;
  int64_t plane_ = 0;
  at::Tensor scale_, shift_;
  std::vector<int64_t> test_;
  int64_t honest_samples_ = 0, honest_per_round_ = 0;
};

}  // namespace

std::unique_ptr<Task> make_supervised_task(Supervised parts, at::Device device) {
  return std::make_unique<SupervisedTask>(std::move(parts), device);
}

}  // namespace varangian

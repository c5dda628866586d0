#include "learn/objective.h"

#include "kernels/quadratic.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <cmath>

namespace varangian {
namespace {

struct Law {
  std::string noise;  // "normal", "uniform", "two_point" or "none"
  float deviation;
};

struct Start {
  float mean, deviation;
};

// f_w(x) = 1/2 sum_j h_j (x_j - c_wj)^2, each worker's gradient with fresh noise on every coordinate. Losses
// and evaluations are exact: the noise is in the gradients alone.
class QuadraticTask final : public Task {
 public:
  QuadraticTask(at::Tensor curvature, at::Tensor centres, std::span<const int64_t> honest, Start start,
                Law law, uint64_t batch_seed, at::Device device)
      : device_(device),
        curvature_(curvature.to(device)),
        centres_(centres.to(device)),
        honest_(honest.begin(), honest.end()),
        start_(start),
        law_(std::move(law)),
        noise_(batch_seed, Purpose::noise) {}

  int64_t parameters() const override { return curvature_.size(0); }
  at::Device device() const override { return device_; }

  at::Tensor initial_weights(uint64_t seed) const override {
    at::Tensor weights = at::empty({1, parameters()}, at::kFloat);
    constexpr int64_t kServer[] = {0};
    Random(seed, Purpose::initial_weights).normal(weights, kServer);
    weights.mul_(start_.deviation);
    if (start_.mean != 0) weights.add_(start_.mean);
    return weights[0].to(device_);
  }

  void gradients(const at::Tensor& weights, std::span<const int64_t> workers, int64_t round, at::Tensor rows,
                 at::Tensor losses, const Poisoning*) const override {
    add_noise(workers, noise_.at(round), rows);
    for (size_t i = 0; i < workers.size(); ++i) {
      const int64_t row = static_cast<int64_t>(i);
      const at::Tensor centre = centre_of(workers[i]);
      if (device_.is_cpu())
        kernels::quadratic_gradient(weights.data_ptr<float>(), curvature_.data_ptr<float>(),
                                    centre.data_ptr<float>(), rows[row].data_ptr<float>(), parameters());
      else
        rows[row].copy_(weights.sub(centre).mul(curvature_).add(rows[row]));
      losses[row].copy_(value(weights, centre));
    }
  }

  void full_gradient(const at::Tensor& weights, at::Tensor out, Parallel&) const override {
    out.zero_();
    for (const int64_t worker : honest_) out.add_(weights.sub(centre_of(worker)).mul_(curvature_));
    out.div_(static_cast<double>(honest_.size()));
  }

  int64_t cohort(int64_t count) const override { return std::clamp<int64_t>((count + 7) / 8, 1, 64); }
  double epoch(int64_t) const override { return 0; }
  int64_t chunks(Split split) const override { return split == Split::test ? 1 : 0; }

  at::Tensor evaluate(const at::Tensor& weights, Split, int64_t) const override {
    if (centres_.size(0) == 1) return value(weights, centre_of(0)).view({1});
    at::Tensor sum = at::zeros({}, centres_.options().dtype(at::kDouble));
    for (const int64_t worker : honest_) sum.add_(value(weights, centre_of(worker)));
    return sum.div_(static_cast<double>(honest_.size())).view({1});
  }

  std::vector<std::string> columns() const override { return {"loss"}; }
  std::vector<double> finish(Split, std::span<const double> sums) const override { return {sums[0]}; }

 private:
  at::Tensor centre_of(int64_t worker) const { return centres_[centres_.size(0) == 1 ? 0 : worker]; }

  // 0-dim, float64.
  at::Tensor value(const at::Tensor& weights, const at::Tensor& centre) const {
    if (device_.is_cpu())
      return at::scalar_tensor(
          kernels::quadratic_value(weights.data_ptr<float>(), curvature_.data_ptr<float>(),
                                   centre.data_ptr<float>(), parameters()),
          at::kDouble);
    return weights.to(at::kDouble).sub(centre).square().mul(curvature_).sum().mul(0.5);
  }

  void add_noise(std::span<const int64_t> workers, const Random& random, at::Tensor rows) const {
    if (law_.noise == "normal") {
      random.normal(rows, workers);
      if (law_.deviation != 1.0f) rows.mul_(law_.deviation);
    } else if (law_.noise == "uniform") {
      random.uniform(rows, workers);
      rows.mul_(law_.deviation * std::sqrt(3.0f));
    } else if (law_.noise == "two_point") {
      // 9 with probability 1/10, else -1: mean 0, deviation 3. A single sign is then wrong nine times in ten
      // where the gradient is small and positive (after Bernstein et al. 2018, arXiv 1802.04434).
      random.uniform(rows, workers);
      rows.copy_(at::where(rows.lt(-0.8f), 3.0f * law_.deviation, -law_.deviation / 3.0f));
    } else {
      rows.zero_();
    }
  }

  at::Device device_;
  at::Tensor curvature_;  // [d]
  at::Tensor centres_;    // [1, d] when all workers share the optimum, else [n, d]
  std::vector<int64_t> honest_;
  Start start_;
  Law law_;
  Random noise_;
};

class Quadratic final : public Objective {
 public:
  explicit Quadratic(const Values& values)
      : dimension_(values.integer("dimension")),
        condition_(values.number("condition")),
        noise_(values.text("noise")),
        deviation_(values.number("deviation")),
        spread_(values.number("spread")),
        optima_(values.integers("optima")),
        start_{static_cast<float>(values.number("start_at")), static_cast<float>(values.number("start"))} {
    if (spread_ > 0 && !optima_.empty())
      throw Error(
          "dataset \"quadratic\": \"optima\" and \"spread\" both say where the workers' optima lie; "
          "leave one out");
  }

  std::unique_ptr<Task> make_task(int64_t workers, std::span<const int64_t> honest, uint64_t data_seed,
                                  uint64_t batch_seed, at::Device device) const override {
    // Curvatures fall from 1 to 1 / condition, evenly in their logarithm.
    at::Tensor curvature = at::ones({dimension_}, at::kFloat);
    for (int64_t j = 0; j < dimension_ && condition_ > 1 && dimension_ > 1; ++j)
      curvature.data_ptr<float>()[j] = static_cast<float>(
          std::pow(condition_, -static_cast<double>(j) / static_cast<double>(dimension_ - 1)));
    return std::make_unique<QuadraticTask>(curvature, centres(workers, data_seed), honest, start_,
                                           Law{noise_, static_cast<float>(deviation_)}, batch_seed, device);
  }

 private:
  at::Tensor centres(int64_t workers, uint64_t data_seed) const {
    at::Tensor centres = at::zeros({spread_ > 0 || !optima_.empty() ? workers : 1, dimension_}, at::kFloat);
    if (spread_ > 0) {
      std::vector<int64_t> ids(static_cast<size_t>(workers));
      for (int64_t w = 0; w < workers; ++w) ids[static_cast<size_t>(w)] = w;
      Random(data_seed, Purpose::optimum).normal(centres, ids);
      centres.mul_(static_cast<float>(spread_));
    }
    for (int64_t w = 0; w < workers && !optima_.empty(); ++w)
      centres[w].fill_(optima_[static_cast<size_t>(w) % optima_.size()]);
    return centres;
  }

  int64_t dimension_;
  double condition_;
  std::string noise_;
  double deviation_, spread_;
  std::vector<int64_t> optima_;
  Start start_;
};

const Descriptor kQuadratic{
    .kind = Kind::dataset,
    .name = "quadratic",
    .summary = "the paper's toy: half a squared norm with noise on every gradient coordinate; needs no model",
    .citation = "Bernstein, Zhao, Azizzadenesheli, Anandkumar 2019, arXiv 1810.05291, Figure 1",
    .parameters =
        {{.name = "dimension", .summary = "d", .initial = int64_t{1000}, .low = 1, .high = 1e9},
         {.name = "condition",
          .summary = "ratio of the largest to the smallest curvature; the largest is 1",
          .initial = 1.0,
          .low = 1,
          .high = 1e12},
         {.name = "noise",
          .summary = "law of the gradient noise; two_point is 3 deviations with probability 1/10, else -1/3 "
                     "deviation",
          .initial = std::string("normal"),
          .choices = {"normal", "uniform", "two_point", "none"}},
         {.name = "deviation",
          .summary = "standard deviation of the noise",
          .initial = 1.0,
          .low = 0,
          .high = 1e12},
         {.name = "spread",
          .summary =
              "standard deviation of each coordinate of a worker's own optimum; 0: all share the origin",
          .initial = 0.0,
          .low = 0,
          .high = 1e12},
         {.name = "optima",
          .summary = "worker w's optimum in every coordinate is number w, from the first again when they are "
                     "fewer; none: as `spread` says",
          .initial = std::vector<int64_t>{},
          .low = -1e6,
          .high = 1e6},
         {.name = "start_at",
          .summary = "mean of the starting point's coordinates",
          .initial = 0.0,
          .low = -1e12,
          .high = 1e12},
         {.name = "start",
          .summary = "standard deviation of the starting point's coordinates",
          .initial = 1.0,
          .low = 0,
          .high = 1e12}},
};

}  // namespace
VARANGIAN_REGISTER(Quadratic, kQuadratic)
}  // namespace varangian

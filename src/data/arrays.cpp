#include "data/dataset.h"
#include "data/npy.h"
#include "varangian/random.h"

#include <ATen/ops/cat.h>
#include <ATen/ops/empty.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <numeric>

namespace varangian {
namespace {

namespace fs = std::filesystem;

// The split must not depend on a run's seeds: the test set is part of the data.
constexpr uint64_t kSplitSeed = 0x7e57;
constexpr int64_t kMaxClasses = 1'000'000;

void require_finite(const at::Tensor& values, const std::string& file) {
  const float* value = values.const_data_ptr<float>();
  const int64_t width = values.numel() / values.size(0);
  for (int64_t i = 0; i < values.numel(); ++i)
    if (!std::isfinite(value[i]))
      throw Error::format("{}: row {} holds a number that is NaN, infinite or too large for float32", file,
                          i / width);
}

at::Tensor read_inputs(const std::string& file) {
  at::Tensor x = read_npy(file);
  if (x.dim() < 2 || x.dim() > 4 || x.numel() == 0)
    throw Error::format(
        "{}: has the shape ({}), want (samples, features), (samples, height, width) or "
        "(samples, channels, height, width), none of them 0",
        file, fmt::join(x.sizes(), ", "));
  if (x.scalar_type() == at::kByte) return x;
  x = x.to(at::kFloat);
  require_finite(x, file);
  return x;
}

at::Tensor read_labels(const std::string& file) {
  const at::Tensor y = read_npy(file);
  if (y.dim() != 1 || y.numel() == 0)
    throw Error::format("{}: has the shape ({}), want (samples): a label for each sample", file,
                        fmt::join(y.sizes(), ", "));
  if (y.scalar_type() == at::kFloat)
    throw Error::format("{}: holds real numbers, want integers as labels; or set `task` to \"regression\"",
                        file);
  at::Tensor labels = y.to(at::kLong);
  const int64_t* label = labels.const_data_ptr<int64_t>();
  for (int64_t i = 0; i < labels.size(0); ++i)
    if (label[i] < 0 || label[i] >= kMaxClasses)
      throw Error::format("{}: label {} in row {}, want 0 to {}", file, label[i], i, kMaxClasses - 1);
  return labels;
}

at::Tensor read_numbers(const std::string& file) {
  at::Tensor y = read_npy(file);
  if (y.dim() < 1 || y.dim() > 2 || y.numel() == 0)
    throw Error::format("{}: has the shape ({}), want (samples) or (samples, outputs), none of them 0", file,
                        fmt::join(y.sizes(), ", "));
  y = y.to(at::kFloat).reshape({y.size(0), -1});
  require_finite(y, file);
  return y;
}

/// Rows in the order that puts the test set last; both parts keep the order of the file.
at::Tensor split_order(int64_t count, int64_t test) {
  const Random random(kSplitSeed, Purpose::validation_split);
  const Permutation order(random, static_cast<uint64_t>(count), 0, 0);
  std::vector<char> is_test(static_cast<size_t>(count), 0);
  for (int64_t i = count - test; i < count; ++i) is_test[order(static_cast<uint64_t>(i))] = 1;
  at::Tensor rows = at::empty({count}, at::kLong);
  int64_t* row = rows.mutable_data_ptr<int64_t>();
  std::iota(row, row + count, 0);
  std::stable_partition(row, row + count, [&](int64_t i) { return is_test[static_cast<size_t>(i)] == 0; });
  return rows;
}

class Arrays final : public SampleDataset {
 public:
  explicit Arrays(const Values& values)
      : x_(values.text("x")),
        y_(values.text("y")),
        test_x_(values.text("test_x")),
        test_y_(values.text("test_y")),
        test_(values.number("test")),
        regression_(values.text("task") == "regression") {
    if (test_x_.empty() != test_y_.empty())
      throw Error("data set arrays: give both `test_x` and `test_y`, or neither");
  }

  std::vector<fs::path> files() const override {
    std::vector<fs::path> paths;
    for (const std::string& file : {x_, y_, test_x_, test_y_}) {
      if (file.empty()) continue;
      std::error_code ignored;
      if (!fs::exists(file, ignored))
        throw Error::format(
            "{}: no such file; write it with numpy.save and name it in `x`, `y`, `test_x` or "
            "`test_y` of the data set arrays",
            file);
      paths.push_back(file);
    }
    return paths;
  }

  Samples load() const override {
    files();
    auto [inputs, targets] = read_pair(x_, y_);
    const int64_t count = inputs.size(0);
    int64_t train = count;
    if (!test_x_.empty()) {
      const auto [test_inputs, test_targets] = read_pair(test_x_, test_y_);
      require_alike(inputs, test_inputs, x_, test_x_);
      require_alike(targets, test_targets, y_, test_y_);
      inputs = at::cat({inputs, test_inputs});
      targets = at::cat({targets, test_targets});
    } else if (test_ > 0) {
      // At least one sample is left to train on.
      const int64_t test = std::min<int64_t>(std::llround(test_ * static_cast<double>(count)), count - 1);
      const at::Tensor order = split_order(count, test);
      inputs = inputs.index_select(0, order);
      targets = targets.index_select(0, order);
      train = count - test;
    }
    return describe(inputs, targets, train);
  }

 private:
  std::pair<at::Tensor, at::Tensor> read_pair(const std::string& x, const std::string& y) const {
    at::Tensor inputs = read_inputs(x);
    at::Tensor targets = regression_ ? read_numbers(y) : read_labels(y);
    if (inputs.size(0) != targets.size(0))
      throw Error::format("{}: has {} rows for the {} samples of {}", y, targets.size(0), inputs.size(0), x);
    return {inputs, targets};
  }

  static void require_alike(const at::Tensor& train, const at::Tensor& test, const std::string& train_file,
                            const std::string& test_file) {
    if (train.sizes().slice(1) != test.sizes().slice(1))
      throw Error::format("{}: a sample has the shape ({}), in {} it is ({})", test_file,
                          fmt::join(test.sizes().slice(1), ", "), train_file,
                          fmt::join(train.sizes().slice(1), ", "));
    // Bytes are scaled to 0..1 and numbers are not, so a mixture would train on one scale and test on
    // another.
    if (train.scalar_type() != test.scalar_type())
      throw Error::format("{}: one of it and {} holds bytes (|u1), the other numbers; save both alike",
                          test_file, train_file);
  }

  Samples describe(const at::Tensor& inputs, const at::Tensor& targets, int64_t train) const {
    Samples samples;
    samples.inputs = inputs.flatten(1);
    samples.targets = targets;
    samples.shape = inputs.sizes().slice(1).vec();
    if (samples.shape.size() == 2) samples.shape.insert(samples.shape.begin(), 1);
    samples.classes = regression_ ? 0 : targets.max().item<int64_t>() + 1;
    samples.outputs = regression_ ? targets.size(1) : samples.classes;
    if (inputs.scalar_type() == at::kByte) {
      const auto channels = static_cast<size_t>(samples.shape.size() == 3 ? samples.shape[0] : 1);
      samples.scale.assign(channels, 1.0f / 255.0f);
      samples.shift.assign(channels, 0.0f);
    }
    samples.train = train;
    return samples;
  }

  const std::string x_, y_, test_x_, test_y_;
  const double test_;
  const bool regression_;
};

const Descriptor kArrays = {
    .kind = Kind::dataset,
    .name = "arrays",
    .summary = "your own samples, from NumPy files",
    .parameters = {
        {.name = "x",
         .summary =
             "inputs: (samples, features) or (samples, [channels,] height, width); bytes are scaled to 0..1",
         .initial = std::string(),
         .required = true,
         .is_file = true},
        {.name = "y",
         .summary = "labels 0, 1, ... (samples), or for regression numbers (samples) or (samples, outputs)",
         .initial = std::string(),
         .required = true,
         .is_file = true},
        {.name = "test_x", .summary = "inputs for testing", .initial = std::string(), .is_file = true},
        {.name = "test_y", .summary = "targets for testing", .initial = std::string(), .is_file = true},
        {.name = "test",
         .summary = "share of the samples kept for testing, when no test files are given",
         .initial = 0.2,
         .low = 0,
         .high = 0.999999},
        {.name = "task",
         .summary = "what y holds",
         .initial = std::string("classification"),
         .choices = {"classification", "regression"}}}};

}  // namespace

VARANGIAN_REGISTER(Arrays, kArrays)

}  // namespace varangian

#include "data/dataset.h"
#include "data/idx.h"

#include <ATen/ops/cat.h>

#include <array>
#include <cstdlib>

namespace varangian {
namespace {

namespace fs = std::filesystem;

constexpr int64_t kClasses = 10;

/// Where a data set of this format is looked for, and how to get it.
struct ImageSource {
  const char* name;
  const char* variable;
  const char* folder;  ///< empty: nowhere by default
  const char* advice;
};

constexpr ImageSource kFashion = {
    "fashion_mnist", "VARANGIAN_FASHION_MNIST", "/usr/share/datasets/fashion-mnist",
    "apt-get install dataset-fashion-mnist, or name the folder with the idx files in `path` or in the "
    "environment variable VARANGIAN_FASHION_MNIST"};
constexpr ImageSource kDigitFiles = {
    "mnist", "VARANGIAN_MNIST", "",
    "name the folder with the four idx files in `path` or in the environment variable VARANGIAN_MNIST"};

/// Four idx files: images and labels, for training and for testing.
class IdxImages : public SampleDataset {
 public:
  IdxImages(const Values& values, const ImageSource& source)
      : source_(source),
        path_(values.text("path")),
        mean_(values.number("mean")),
        std_(values.number("std")) {}

  std::vector<fs::path> files() const override {
    const fs::path where = folder();
    return {find(where, "train-images-idx3-ubyte"), find(where, "train-labels-idx1-ubyte"),
            find(where, "t10k-images-idx3-ubyte"), find(where, "t10k-labels-idx1-ubyte")};
  }

  Samples load() const override {
    const std::vector<fs::path> paths = files();
    const at::Tensor train = read_images(paths[0]);
    const at::Tensor train_labels = read_labels(paths[1], train.size(0));
    const at::Tensor test = read_images(paths[2]);
    const at::Tensor test_labels = read_labels(paths[3], test.size(0));
    if (train.sizes().slice(1) != test.sizes().slice(1))
      throw Error::format("{}: its images are {} x {}, those for training {} x {}", paths[2].string(),
                          test.size(1), test.size(2), train.size(1), train.size(2));
    return {.inputs = at::cat({train.flatten(1), test.flatten(1)}),
            .targets = at::cat({train_labels, test_labels}).to(at::kLong),
            .shape = {1, train.size(1), train.size(2)},
            .classes = kClasses,
            .outputs = kClasses,
            .scale = {static_cast<float>(1 / (255 * std_))},
            .shift = {static_cast<float>(-mean_ / std_)},
            .train = train.size(0)};
  }

 private:
  fs::path folder() const {
    if (!path_.empty()) return path_;
    const char* variable = std::getenv(source_.variable);
    if (variable != nullptr && *variable != '\0') return variable;
    if (*source_.folder != '\0') return source_.folder;
    throw Error::format("data set {}: no folder is given; {}", source_.name, source_.advice);
  }

  fs::path find(const fs::path& where, const std::string& name) const {
    std::error_code ignored;
    for (const char* ending : {"", ".gz"}) {
      const fs::path candidate = where / (name + ending);
      if (fs::exists(candidate, ignored)) return candidate;
    }
    throw Error::format("{}: data set {} has no file {} or {}.gz there; {}", where.string(), source_.name,
                        name, name, source_.advice);
  }

  static at::Tensor read_images(const fs::path& path) {
    at::Tensor images = read_idx(path);
    if (images.dim() != 3)
      throw Error::format("{}: has {} dimensions, want 3: images, height, width", path.string(),
                          images.dim());
    return images;
  }

  static at::Tensor read_labels(const fs::path& path, int64_t count) {
    at::Tensor labels = read_idx(path);
    if (labels.dim() != 1)
      throw Error::format("{}: has {} dimensions, want 1: a label for each image", path.string(),
                          labels.dim());
    if (labels.size(0) != count)
      throw Error::format("{}: holds {} labels for {} images", path.string(), labels.size(0), count);
    const uint8_t* label = labels.const_data_ptr<uint8_t>();
    for (int64_t i = 0; i < count; ++i)
      if (label[i] >= kClasses)
        throw Error::format("{}: label {} of image {}, want 0 to {}", path.string(), label[i], i,
                            kClasses - 1);
    return labels;
  }

  const ImageSource& source_;
  const std::string path_;
  const double mean_, std_;
};

class FashionMnist final : public IdxImages {
 public:
  explicit FashionMnist(const Values& values) : IdxImages(values, kFashion) {}
};

class Mnist final : public IdxImages {
 public:
  explicit Mnist(const Values& values) : IdxImages(values, kDigitFiles) {}
};

std::vector<Parameter> parameters(double mean, double std) {
  return {
      {.name = "path", .summary = "folder with the four idx files, gzipped or not", .initial = std::string()},
      {.name = "mean", .summary = "subtracted from a pixel in 0..1", .initial = mean},
      {.name = "std", .summary = "divides a pixel after that", .initial = std, .low = 0, .above_low = true}};
}

const Descriptor kFashionMnist = {
    .kind = Kind::dataset,
    .name = "fashion_mnist",
    .summary = "70,000 grey images of clothes, 28 x 28, 10 classes (Debian: dataset-fashion-mnist)",
    .citation = "Xiao, Rasul and Vollgraf 2017, arXiv:1708.07747",
    .parameters = parameters(0.2860, 0.3530)};

const Descriptor kMnist = {.kind = Kind::dataset,
                           .name = "mnist",
                           .summary = "70,000 grey images of handwritten digits, 28 x 28, 10 classes",
                           .citation = "LeCun, Bottou, Bengio and Haffner 1998, Proc. IEEE 86(11)",
                           .parameters = parameters(0.1307, 0.3081)};

}  // namespace

VARANGIAN_REGISTER(FashionMnist, kFashionMnist)
VARANGIAN_REGISTER(Mnist, kMnist)

}  // namespace varangian

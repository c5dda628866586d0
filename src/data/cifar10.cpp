#include "data/dataset.h"

#include <ATen/ops/empty.h>

#include <cstdlib>
#include <cstring>
#include <fstream>

namespace varangian {
namespace {

namespace fs = std::filesystem;

constexpr int64_t kCifarClasses = 10;
constexpr int64_t kChannels = 3;
constexpr int64_t kSide = 32;
constexpr int64_t kPixels = kChannels * kSide * kSide;
constexpr int64_t kRecord = 1 + kPixels;  // the label, then the red, green and blue planes
constexpr double kCifarMean[kChannels] = {0.4914, 0.4822, 0.4465};
constexpr double kStd[kChannels] = {0.2470, 0.2435, 0.2616};
constexpr double kStdOfImages[kChannels] = {0.2023, 0.1994, 0.2010};
constexpr const char* kVariable = "VARANGIAN_CIFAR10";
constexpr const char* kAdvice =
    "fetch cifar-10-binary.tar.gz from https://www.cs.toronto.edu/~kriz/cifar.html, unpack it, and name its "
    "folder in `path` or in the environment variable VARANGIAN_CIFAR10";

std::vector<uint8_t> read_records(const fs::path& path) {
  std::error_code code;
  const uintmax_t size = fs::file_size(path, code);
  if (code) throw Error::format("{}: {}", path.string(), code.message());
  if (size == 0 || size % kRecord != 0)
    throw Error::format("{}: {} bytes, want one or more records of {} bytes (CIFAR-10's binary version)",
                        path.string(), size, kRecord);
  std::vector<uint8_t> bytes(size);
  std::ifstream stream(path, std::ios::binary);
  if (!stream.read(reinterpret_cast<char*>(bytes.data()), static_cast<std::streamsize>(size)))
    throw Error::format("{}: cannot read its {} bytes", path.string(), size);
  for (size_t at = 0; at < bytes.size(); at += kRecord)
    if (bytes[at] >= kCifarClasses)
      throw Error::format("{}: label {} in record {}, want 0 to {}", path.string(), bytes[at], at / kRecord,
                          kCifarClasses - 1);
  return bytes;
}

class Cifar10 final : public SampleDataset {
 public:
  explicit Cifar10(const Values& values)
      : path_(values.text("path")), std_(values.text("std") == "pixels" ? kStd : kStdOfImages) {}

  std::vector<fs::path> files() const override {
    const fs::path where = folder();
    std::vector<fs::path> paths;
    for (const char* name : {"data_batch_1.bin", "data_batch_2.bin", "data_batch_3.bin", "data_batch_4.bin",
                             "data_batch_5.bin", "test_batch.bin"}) {
      paths.push_back(where / name);
      std::error_code ignored;
      if (!fs::exists(paths.back(), ignored))
        throw Error::format("{}: data set cifar10 has no file {} there; {}", where.string(), name, kAdvice);
    }
    return paths;
  }

  Samples load() const override {
    std::vector<std::vector<uint8_t>> batches;
    int64_t count = 0, train = 0;
    for (const fs::path& path : files()) {
      train = count;  // the last file is the test set
      batches.push_back(read_records(path));
      count += static_cast<int64_t>(batches.back().size()) / kRecord;
    }

    Samples samples{.inputs = at::empty({count, kPixels}, at::kByte),
                    .targets = at::empty({count}, at::kLong),
                    .shape = {kChannels, kSide, kSide},
                    .classes = kCifarClasses,
                    .outputs = kCifarClasses,
                    .scale = {},
                    .shift = {},
                    .train = train};
    uint8_t* input = samples.inputs.mutable_data_ptr<uint8_t>();
    int64_t* target = samples.targets.mutable_data_ptr<int64_t>();
    for (const std::vector<uint8_t>& batch : batches)
      for (size_t at = 0; at < batch.size(); at += kRecord) {
        *target++ = batch[at];
        std::memcpy(input, batch.data() + at + 1, kPixels);
        input += kPixels;
      }
    for (int64_t c = 0; c < kChannels; ++c) {
      samples.scale.push_back(static_cast<float>(1 / (255 * std_[c])));
      samples.shift.push_back(static_cast<float>(-kCifarMean[c] / std_[c]));
    }
    return samples;
  }

 private:
  fs::path folder() const {
    if (!path_.empty()) return path_;
    const char* variable = std::getenv(kVariable);
    if (variable != nullptr && *variable != '\0') return variable;
    throw Error::format("data set cifar10: no folder is given; {}", kAdvice);
  }

  const std::string path_;
  const double* const std_;
};

const Descriptor kCifar10 = {
    .kind = Kind::dataset,
    .name = "cifar10",
    .summary = "60,000 colour images, 32 x 32, 10 classes (the binary version, brought by the user)",
    .citation = "Krizhevsky 2009, Learning multiple layers of features from tiny images",
    .parameters = {{.name = "path",
                    .summary = "folder with data_batch_1.bin to data_batch_5.bin and test_batch.bin",
                    .initial = std::string()},
                   {.name = "std",
                    .summary = "divides a pixel, by channel: the deviation over all pixels (0.2470, 0.2435, "
                               "0.2616), or the images' mean one (0.2023, 0.1994, 0.2010, as ByzFL)",
                    .initial = std::string("pixels"),
                    .choices = {"pixels", "images"}}}};

}  // namespace

VARANGIAN_REGISTER(Cifar10, kCifar10)

}  // namespace varangian

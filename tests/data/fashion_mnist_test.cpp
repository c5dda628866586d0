#include "data/dataset.h"
#include "message_of.h"
#include "support/scratch_folder.h"

#include <cstdlib>

#include "support/catch.h"  // after torch, whose CHECK is another macro

using namespace varangian;

namespace {

std::unique_ptr<SampleDataset> data_set(const std::string& name, const std::map<std::string, Value>& given) {
  const Descriptor& descriptor = Registry::instance().describe(Kind::dataset, name);
  return make<SampleDataset>(Kind::dataset, name, values_for(descriptor, given));
}

Bytes images(uint8_t count, uint8_t height, uint8_t width, uint8_t first) {
  Bytes bytes = {0, 0, 8, 3, 0, 0, 0, count, 0, 0, 0, height, 0, 0, 0, width};
  for (int i = 0; i < count * height * width; ++i) bytes.push_back(static_cast<uint8_t>(first + i));
  return bytes;
}

Bytes labels(const Bytes& values) {
  Bytes bytes = {0, 0, 8, 1, 0, 0, 0, static_cast<uint8_t>(values.size())};
  bytes.insert(bytes.end(), values.begin(), values.end());
  return bytes;
}

/// Three images to train on and two to test with, 2 x 3 pixels each.
void write_all(const ScratchFolder& folder, bool packed) {
  const auto write = [&](const std::string& name, const Bytes& bytes) {
    packed ? folder.write_gzip(name + ".gz", bytes) : folder.write(name, bytes);
  };
  write("train-images-idx3-ubyte", images(3, 2, 3, 0));
  write("train-labels-idx1-ubyte", labels({0, 9, 4}));
  write("t10k-images-idx3-ubyte", images(2, 2, 3, 100));
  write("t10k-labels-idx1-ubyte", labels({7, 1}));
}

/// Sets an environment variable for one test.
class Variable {
 public:
  Variable(const char* name, const std::string& value) : name_(name) {
    const char* before = std::getenv(name);
    if (before != nullptr) before_ = before;
    setenv(name, value.c_str(), 1);
  }
  ~Variable() { setenv(name_, before_.c_str(), 1); }

 private:
  const char* name_;
  std::string before_;
};

}  // namespace

TEST_CASE("Four idx files become samples, training set first, plain and gzipped") {
  for (const bool packed : {false, true}) {
    const ScratchFolder folder;
    write_all(folder, packed);
    const Samples samples = data_set("fashion_mnist", {{"path", folder.string()}})->load();
    CHECK(samples.inputs.scalar_type() == at::kByte);
    CHECK(samples.inputs.sizes() == at::IntArrayRef({5, 6}));
    CHECK(samples.shape == std::vector<int64_t>{1, 2, 3});
    CHECK(samples.train == 3);
    CHECK(samples.test() == 2);
    CHECK(samples.classes == 10);
    CHECK(samples.outputs == 10);
    CHECK(samples.inputs[2][5].item<int>() == 17);
    CHECK(samples.inputs[3][0].item<int>() == 100);
    REQUIRE(samples.targets.scalar_type() == at::kLong);
    const int64_t* target = samples.targets.const_data_ptr<int64_t>();
    CHECK(std::vector<int64_t>(target, target + 5) == std::vector<int64_t>{0, 9, 4, 7, 1});
  }
}

TEST_CASE("A pixel is scaled to 0..1, less the mean, by the standard deviation") {
  const ScratchFolder folder;
  write_all(folder, false);
  const auto normalised = [&](const std::string& name, std::map<std::string, Value> given, double byte) {
    given["path"] = folder.string();
    const Samples samples = data_set(name, given)->load();
    REQUIRE(samples.scale.size() == 1);
    REQUIRE(samples.shift.size() == 1);
    return samples.scale[0] * byte + samples.shift[0];
  };
  CHECK(normalised("fashion_mnist", {}, 255) == Approx((1 - 0.2860) / 0.3530));
  CHECK(normalised("mnist", {}, 51) == Approx((0.2 - 0.1307) / 0.3081));
  CHECK(normalised("mnist", {{"mean", 0.5}, {"std", 2.0}}, 0) == Approx(-0.25));
}

TEST_CASE("files lists what load reads, in a fixed order") {
  const ScratchFolder folder;
  write_all(folder, true);
  const auto files = data_set("mnist", {{"path", folder.string()}})->files();
  CHECK(files == std::vector<std::filesystem::path>{
                     folder / "train-images-idx3-ubyte.gz", folder / "train-labels-idx1-ubyte.gz",
                     folder / "t10k-images-idx3-ubyte.gz", folder / "t10k-labels-idx1-ubyte.gz"});
}

TEST_CASE("The environment variable names the folder when path does not") {
  const ScratchFolder folder, other;
  write_all(folder, false);
  const Variable fashion("VARANGIAN_FASHION_MNIST", folder.string()),
      digits("VARANGIAN_MNIST", folder.string());
  CHECK(data_set("fashion_mnist", {})->load().train == 3);
  CHECK(data_set("mnist", {})->load().train == 3);
  CHECK_THROWS_AS(data_set("mnist", {{"path", other.string()}})->load(), Error);
}

TEST_CASE("A missing data set is an error that says where it was looked for and how to get it") {
  const ScratchFolder folder;
  const std::string fashion = message_of(*data_set("fashion_mnist", {{"path", folder.string()}}));
  CHECK(fashion.rfind(folder.string(), 0) == 0);
  CHECK(fashion.find("apt-get install dataset-fashion-mnist") != std::string::npos);
  CHECK(fashion.find("VARANGIAN_FASHION_MNIST") != std::string::npos);
  const Variable unset("VARANGIAN_MNIST", "");
  CHECK(message_of(*data_set("mnist", {})).find("VARANGIAN_MNIST") != std::string::npos);
}

TEST_CASE("Idx files that do not fit together are an error that names the file") {
  const ScratchFolder folder;
  const auto data = data_set("mnist", {{"path", folder.string()}});
  const auto check = [&](const std::string& name, const Bytes& bytes, const std::string& part) {
    write_all(folder, false);
    const auto path = folder.write(name, bytes);
    const std::string message = message_of(*data);
    INFO(message);
    CHECK(message.rfind(path.string() + ": ", 0) == 0);
    CHECK(message.find(part) != std::string::npos);
  };
  check("train-labels-idx1-ubyte", labels({1, 2}), "2 labels for 3 images");
  check("t10k-labels-idx1-ubyte", labels({1, 10}), "label 10 of image 1");
  check("t10k-images-idx3-ubyte", images(2, 3, 2, 0), "3 x 2");
  check("train-labels-idx1-ubyte", images(3, 1, 1, 0), "3 dimensions");
  check("train-images-idx3-ubyte", labels({1, 2, 3}), "1 dimensions");
}

TEST_CASE(
    "The real Fashion-MNIST of Debian has its 70,000 images, and the constants are its mean and deviation") {
  if (!std::filesystem::exists("/usr/share/datasets/fashion-mnist")) return;
  const Variable unset("VARANGIAN_FASHION_MNIST", "");
  const Samples samples = data_set("fashion_mnist", {})->load();
  CHECK(samples.train == 60000);
  CHECK(samples.test() == 10000);
  CHECK(samples.shape == std::vector<int64_t>{1, 28, 28});
  CHECK(samples.targets.narrow(0, 0, 60000).bincount().eq(6000).all().item<bool>());
  CHECK(samples.targets.narrow(0, 60000, 10000).bincount().eq(1000).all().item<bool>());
  // Image by image, so that no second copy in floats is needed.
  double sum = 0, squares = 0;
  const uint8_t* pixel = samples.inputs.const_data_ptr<uint8_t>();
  const int64_t count = 60000 * 784;
  for (int64_t i = 0; i < count; ++i) {
    const double x = samples.scale[0] * pixel[i] + samples.shift[0];
    sum += x;
    squares += x * x;
  }
  CHECK(sum / static_cast<double>(count) == Approx(0).margin(1e-3));
  CHECK(squares / static_cast<double>(count) == Approx(1).margin(1e-3));
}

#include "damage.h"
#include "data/dataset.h"
#include "message_of.h"
#include "support/scratch_folder.h"

#include <cstdlib>

#include "support/catch.h"  // after torch, whose CHECK is another macro

using namespace varangian;

namespace {

std::unique_ptr<SampleDataset> cifar10(const ScratchFolder& folder, const std::string& std = "pixels") {
  const Descriptor& descriptor = Registry::instance().describe(Kind::dataset, "cifar10");
  return make<SampleDataset>(Kind::dataset, "cifar10",
                             values_for(descriptor, {{"path", folder.string()}, {"std", std}}));
}

/// A record whose red, green and blue planes hold one value each.
Bytes record(uint8_t label, uint8_t red, uint8_t green, uint8_t blue) {
  Bytes bytes = {label};
  for (const uint8_t value : {red, green, blue}) bytes.insert(bytes.end(), 1024, value);
  return bytes;
}

Bytes operator+(Bytes a, const Bytes& b) {
  a.insert(a.end(), b.begin(), b.end());
  return a;
}

void write_all(const ScratchFolder& folder) {
  for (const uint8_t i : {1, 2, 3, 4, 5})
    folder.write("data_batch_" + std::to_string(i) + ".bin", record(i, i, i, i));
  folder.write("data_batch_2.bin", record(2, 20, 21, 22) + record(9, 90, 91, 92));
  folder.write("test_batch.bin", record(0, 0, 128, 255) + record(8, 1, 2, 3));
}

}  // namespace

TEST_CASE("Records of CIFAR-10 become samples with the test batch last, however many a file holds") {
  const ScratchFolder folder;
  write_all(folder);
  const Samples samples = cifar10(folder)->load();
  CHECK(samples.inputs.sizes() == at::IntArrayRef({8, 3072}));
  CHECK(samples.inputs.scalar_type() == at::kByte);
  CHECK(samples.shape == std::vector<int64_t>{3, 32, 32});
  CHECK(samples.train == 6);
  CHECK(samples.classes == 10);
  CHECK(samples.outputs == 10);
  const int64_t* target = samples.targets.const_data_ptr<int64_t>();
  CHECK(std::vector<int64_t>(target, target + 8) == std::vector<int64_t>{1, 2, 9, 3, 4, 5, 0, 8});
  CHECK(samples.inputs[2][1023].item<int>() == 90);
  CHECK(samples.inputs[2][1024].item<int>() == 91);
  CHECK(samples.inputs[2][3071].item<int>() == 92);
  CHECK(samples.inputs[7][0].item<int>() == 1);
}

TEST_CASE("Each channel of CIFAR-10 has its own mean and deviation") {
  const ScratchFolder folder;
  write_all(folder);
  const Samples samples = cifar10(folder)->load();
  REQUIRE(samples.scale.size() == 3);
  REQUIRE(samples.shift.size() == 3);
  CHECK(samples.scale[0] * 0 + samples.shift[0] == Approx(-0.4914 / 0.2470));
  CHECK(samples.scale[1] * 51 + samples.shift[1] == Approx((0.2 - 0.4822) / 0.2435).epsilon(1e-5));
  CHECK(samples.scale[2] * 255 + samples.shift[2] == Approx((1 - 0.4465) / 0.2616).epsilon(1e-5));
  const Samples other = cifar10(folder, "images")->load();
  CHECK(other.scale[0] * 255 + other.shift[0] == Approx((1 - 0.4914) / 0.2023).epsilon(1e-5));
}

TEST_CASE("A CIFAR-10 file that is empty, torn or wrongly labelled is an error that names it") {
  const ScratchFolder folder;
  const auto check = [&](const std::string& name, const Bytes& bytes, const std::string& part) {
    write_all(folder);
    const auto path = folder.write(name, bytes);
    const std::string message = message_of(*cifar10(folder));
    INFO(message);
    CHECK(message.rfind(path.string() + ": ", 0) == 0);
    CHECK(message.find(part) != std::string::npos);
  };
  check("data_batch_3.bin", {}, "0 bytes");
  check("data_batch_5.bin", record(1, 1, 1, 1) + Bytes{1}, "3074 bytes");
  check("test_batch.bin", record(1, 1, 1, 1) + record(10, 1, 1, 1), "label 10 in record 1");
}

TEST_CASE("A gzip file in place of a CIFAR-10 file is read as it is, and is an error") {
  const ScratchFolder folder;
  write_all(folder);
  folder.write_gzip("test_batch.bin", Bytes(3073 * 10000));
  CHECK(message_of(*cifar10(folder)).find("want one or more records of 3073 bytes") != std::string::npos);
}

TEST_CASE("A CIFAR-10 file that was cut short is an error at every length that is no whole record") {
  const ScratchFolder folder;
  write_all(folder);
  int errors = 0;
  for_each_truncation(record(1, 1, 1, 1), [&](const Bytes& bytes) {
    folder.write("data_batch_1.bin", bytes);
    errors += message_of(*cifar10(folder)) != "no error";
  });
  CHECK(errors == 3073);
}

TEST_CASE("Missing CIFAR-10 files are an error that says where to get them") {
  const ScratchFolder folder;
  const std::string message = message_of(*cifar10(folder));
  CHECK(message.rfind(folder.string(), 0) == 0);
  CHECK(message.find("data_batch_1.bin") != std::string::npos);
  CHECK(message.find("VARANGIAN_CIFAR10") != std::string::npos);
  CHECK(message.find("cifar-10-binary.tar.gz") != std::string::npos);
}

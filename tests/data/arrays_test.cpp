#include "data/dataset.h"
#include "data/npy.h"
#include "support/scratch_folder.h"

#include <ATen/ops/arange.h>
#include <ATen/ops/equal.h>
#include <ATen/ops/ones.h>
#include <ATen/ops/tensor.h>
#include <ATen/ops/zeros.h>

#include <limits>
#include <set>

#include "support/catch.h"  // after torch, whose CHECK is another macro

using namespace varangian;

namespace {

/// The data set `arrays` on files of a folder, one for each tensor given.
class Fixture {
 public:
  Fixture& set(const std::string& parameter, const at::Tensor& tensor) {
    write_npy(folder_ / (parameter + ".npy"), tensor);
    given_[parameter] = (folder_ / (parameter + ".npy")).string();
    return *this;
  }
  Fixture& set(const std::string& parameter, Value value) {
    given_[parameter] = std::move(value);
    return *this;
  }

  std::unique_ptr<SampleDataset> make_data() const {
    const Descriptor& descriptor = Registry::instance().describe(Kind::dataset, "arrays");
    return make<SampleDataset>(Kind::dataset, "arrays", values_for(descriptor, given_));
  }
  Samples load() const { return make_data()->load(); }

  void check_message(const std::string& file, const std::string& part) const {
    std::string message = "no error";
    try {
      load();
    } catch (const Error& error) {
      message = error.what();
    }
    INFO(message);
    CHECK(message.rfind((folder_ / file).string() + ": ", 0) == 0);
    CHECK(message.find(part) != std::string::npos);
  }

  const ScratchFolder& folder() const { return folder_; }

 private:
  ScratchFolder folder_;
  std::map<std::string, Value> given_;
};

Fixture& rows(Fixture& fixture, int64_t count) {
  return fixture.set("x", at::arange(2 * count, at::kFloat).reshape({count, 2}))
      .set("y", at::arange(count, at::kLong));
}

}  // namespace

TEST_CASE("Arrays with test files keep their order, training set first") {
  Fixture fixture;
  fixture.set("x", at::arange(6, at::kFloat).reshape({3, 2})).set("y", at::tensor({0, 2, 1}, at::kLong));
  fixture.set("test_x", at::ones({2, 2})).set("test_y", at::tensor({4, 0}, at::kLong));
  const Samples samples = fixture.load();
  CHECK(samples.train == 3);
  CHECK(samples.size() == 5);
  CHECK(samples.shape == std::vector<int64_t>{2});
  CHECK(samples.classes == 5);
  CHECK(samples.outputs == 5);
  CHECK(samples.scale.empty());
  CHECK(samples.inputs.scalar_type() == at::kFloat);
  CHECK(samples.inputs[2][1].item<float>() == 5);
  CHECK(at::equal(samples.targets, at::tensor({0, 2, 1, 4, 0}, at::kLong)));
}

TEST_CASE("Without test files a share of the samples is kept for testing, the same at every load") {
  Fixture fixture;
  rows(fixture, 1000).set("test", 0.25);
  const Samples samples = fixture.load();
  CHECK(samples.train == 750);
  CHECK(samples.test() == 250);
  CHECK(at::equal(samples.inputs.select(1, 0), samples.targets.to(at::kFloat).mul(2)));
  const int64_t* target = samples.targets.const_data_ptr<int64_t>();
  CHECK(std::is_sorted(target, target + 750));
  CHECK(std::is_sorted(target + 750, target + 1000));
  CHECK(std::set<int64_t>(target, target + 1000).size() == 1000);
  // Spread over the file: about a quarter of each half.
  const auto early = std::count_if(target + 750, target + 1000, [](int64_t row) { return row < 500; });
  CHECK(early > 90);
  CHECK(early < 160);
  CHECK(at::equal(samples.targets, fixture.load().targets));
}

TEST_CASE("The share for testing may be zero and always leaves a sample to train on") {
  Fixture fixture;
  CHECK(rows(fixture, 10).set("test", 0.0).load().train == 10);
  CHECK(at::equal(fixture.load().targets, at::arange(10, at::kLong)));
  CHECK(fixture.set("test", 0.999).load().train == 1);
  CHECK(rows(fixture, 1).load().train == 1);
}

TEST_CASE("Images of bytes stay bytes and are scaled to 0..1 by channel") {
  Fixture fixture;
  fixture.set("test", 0.0).set("y", at::tensor({0, 1}, at::kLong));
  const auto check = [&](at::IntArrayRef sizes, const std::vector<int64_t>& shape, size_t channels) {
    const Samples samples = fixture.set("x", at::ones(sizes, at::kByte)).load();
    CHECK(samples.inputs.scalar_type() == at::kByte);
    CHECK(samples.inputs.sizes() == at::IntArrayRef({2, 24}));
    CHECK(samples.shape == shape);
    CHECK(samples.scale == std::vector<float>(channels, 1 / 255.0f));
    CHECK(samples.shift == std::vector<float>(channels, 0));
  };
  check({2, 3, 2, 4}, {3, 2, 4}, 3);
  check({2, 6, 4}, {1, 6, 4}, 1);
  check({2, 24}, {24}, 1);
}

TEST_CASE("Integers as inputs become numbers") {
  Fixture fixture;
  rows(fixture, 3).set("x", at::arange(6, at::kLong).reshape({3, 2})).set("test", 0.0);
  const at::Tensor inputs = fixture.load().inputs;
  CHECK(inputs.scalar_type() == at::kFloat);
  CHECK(at::equal(inputs, at::arange(6, at::kFloat).reshape({3, 2})));
}

TEST_CASE("Targets of a regression have one column or several") {
  Fixture fixture;
  rows(fixture, 3).set("test", 0.0).set("task", std::string("regression"));
  const Samples one = fixture.set("y", at::tensor({0.5f, -1.0f, 2.0f})).load();
  CHECK(one.classes == 0);
  CHECK(one.outputs == 1);
  CHECK(one.targets.sizes() == at::IntArrayRef({3, 1}));
  CHECK(one.targets[1][0].item<float>() == -1);
  const Samples two = fixture.set("y", at::arange(6, at::kLong).reshape({3, 2})).load();
  CHECK(two.outputs == 2);
  CHECK(two.targets.scalar_type() == at::kFloat);
  CHECK(at::equal(two.targets, at::arange(6, at::kFloat).reshape({3, 2})));
}

TEST_CASE("A row with NaN or infinity is named, in inputs and in targets") {
  Fixture fixture;
  at::Tensor x = at::zeros({4, 2}), y = at::zeros({4});
  rows(fixture, 4).set("task", std::string("regression"));
  x[2][1] = std::numeric_limits<float>::quiet_NaN();
  fixture.set("x", x).set("y", y).check_message("x.npy", "row 2 ");
  y[3] = -std::numeric_limits<float>::infinity();
  fixture.set("x", at::zeros({4, 2})).set("y", y).check_message("y.npy", "row 3 ");
}

TEST_CASE("Labels that are no labels are an error that names the row") {
  Fixture fixture;
  rows(fixture, 3).set("y", at::tensor({0, 1, -1}, at::kLong)).check_message("y.npy", "label -1 in row 2");
  fixture.set("y", at::tensor({0L, std::numeric_limits<int64_t>::max(), 0L}, at::kLong))
      .check_message("y.npy", "in row 1");
  fixture.set("y", at::zeros({3})).check_message("y.npy", "\"regression\"");
  fixture.set("y", at::zeros({3, 1}, at::kLong)).check_message("y.npy", "shape (3, 1)");
}

TEST_CASE("Arrays of shapes that do not fit are an error that says which would") {
  Fixture fixture;
  rows(fixture, 3).set("y", at::zeros({2}, at::kLong)).check_message("y.npy", "2 rows for the 3 samples");
  fixture.set("x", at::zeros({3})).check_message("x.npy", "shape (3)");
  fixture.set("x", at::zeros({3, 1, 1, 1, 1})).check_message("x.npy", "shape (3, 1, 1, 1, 1)");
  fixture.set("x", at::zeros({0, 2})).check_message("x.npy", "shape (0, 2)");
  rows(fixture, 3).set("test_x", at::zeros({1, 3})).set("test_y", at::zeros({1}, at::kLong));
  fixture.check_message("test_x.npy", "the shape (3)");
  fixture.set("test_x", at::zeros({1, 2}, at::kByte)).check_message("test_x.npy", "bytes");
}

TEST_CASE("Test inputs without test targets are an error, and so is a file that is missing") {
  Fixture fixture;
  rows(fixture, 3).set("test_x", at::zeros({1, 2}));
  try {
    fixture.make_data();
    FAIL("no error");
  } catch (const Error& error) {
    CHECK(std::string(error.what()).find("both `test_x` and `test_y`") != std::string::npos);
  }
  Fixture missing;
  rows(missing, 3);
  const std::string gone = (missing.folder() / "gone.npy").string();
  missing.set("y", Value(gone)).check_message("gone.npy", "no such file");
  CHECK_THROWS_AS(missing.make_data()->files(), Error);
}

TEST_CASE("files lists the arrays that are given") {
  Fixture fixture;
  const ScratchFolder& folder = rows(fixture, 3).folder();
  CHECK(fixture.make_data()->files() ==
        std::vector<std::filesystem::path>{folder / "x.npy", folder / "y.npy"});
}

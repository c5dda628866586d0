#include "data/dataset.h"

#include "expect.h"
#include "memory_file.h"
#include "support/scratch_folder.h"

#include <ATen/ATen.h>

namespace varangian {
namespace {

/// A folder of CIFAR-10's binary version: the first batch is the input, the others hold one black frog each.
class Folder {
 public:
  Folder() {
    Bytes frog(3073, 0);
    frog[0] = 6;
    std::filesystem::create_symlink(input.path(), path / "data_batch_1.bin");
    for (const char* name :
         {"data_batch_2.bin", "data_batch_3.bin", "data_batch_4.bin", "data_batch_5.bin", "test_batch.bin"})
      path.write(name, frog);
  }

  const MemoryFile input;
  const ScratchFolder path;
};

}  // namespace
}  // namespace varangian

// Bytes as one of the files of CIFAR-10.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace varangian;
  static const Folder folder;
  static const auto dataset = make<Dataset>(
      Kind::dataset, "cifar10",
      values_for(Registry::instance().describe(Kind::dataset, "cifar10"), {{"path", folder.path.string()}}));
  folder.input.write(data, size);
  value_or_error((folder.path / "data_batch_1.bin").string(), [&] {
    const Samples samples = dynamic_cast<const SampleDataset&>(*dataset).load();
    const int64_t labels_out_of_range =
        at::sum((samples.targets < 0).logical_or(samples.targets > 9)).item<int64_t>();
    if (samples.size() != static_cast<int64_t>(size / 3073) + 5 || samples.test() != 1 ||
        labels_out_of_range > 0)
      finding("not the samples of the file");
  });
  return 0;
}

#include "compressors/blocks.h"
#include "compressors/coins.h"
#include "compressors/quantizer.h"

namespace varangian {
namespace {

// In double and in order; rounded it is never below a magnitude of the block. Infinite beyond float.
float l2_norm(std::span<const float> block) {
  double squares = 0;
  for (const float x : block) squares += static_cast<double>(x) * static_cast<double>(x);
  return static_cast<float>(std::sqrt(squares));
}

// A norm a block, and for each coordinate its sign and level in ceil(log2(2 levels + 1)) bits. The norm is
// the liar's to choose. A NaN or an infinite entry, or an l2 norm beyond float, makes the whole block so.
class Qsgd final : public PackedCompressor {
 public:
  explicit Qsgd(const Values& values)
      : quantizer_(values.integer("levels")),
        euclidean_(values.text("norm") == "l2"),
        bucket_(static_cast<size_t>(values.integer("bucket"))) {}

  void pack(std::span<const float> row, const PackingView& view, BitWriter& bits) const override {
    const std::vector<float> numbers = uniform_numbers(view, row.size());
    for (const auto& [begin, size] : blocks(row.size())) {
      const std::span<const float> block = row.subspan(begin, size);
      quantizer_.pack(block, euclidean_ ? l2_norm(block) : largest_magnitude(block),
                      std::span(numbers).subspan(begin, size), bits);
    }
  }

  void unpack(BitReader& bits, const PackingView&, std::span<float> row) const override {
    for (const auto& [begin, size] : blocks(row.size())) quantizer_.unpack(bits, row.subspan(begin, size));
  }

 private:
  std::vector<Block> blocks(size_t columns) const {
    return even_blocks(columns, bucket_ == 0 ? columns : bucket_);
  }

  Quantizer quantizer_;
  bool euclidean_;
  size_t bucket_;
};

const Descriptor kQsgd{
    .kind = Kind::compressor,
    .name = "qsgd",
    .summary = "magnitudes rounded at random to levels of a norm, unbiased; a liar chooses its norm freely",
    .citation = "Alistarh, Grubic, Li, Tomioka, Vojnovic 2017, arXiv 1610.02132; codes of fixed length",
    .parameters =
        {{.name = "levels",
          .summary = "s, steps between 0 and the norm",
          .initial = int64_t{4},
          .low = 1,
          .high = 65535},
         {.name = "norm",
          .summary = "what the levels are parts of",
          .initial = std::string("l2"),
          .choices = {"l2", "max"}},
         {.name = "bucket", .summary = "columns that share a norm; 0: all", .initial = int64_t{0}, .low = 0}},
};

}  // namespace
VARANGIAN_REGISTER(Qsgd, kQsgd)
}  // namespace varangian

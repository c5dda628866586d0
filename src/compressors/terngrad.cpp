#include "compressors/blocks.h"
#include "compressors/coins.h"
#include "compressors/quantizer.h"

namespace varangian {
namespace {

// Of the block's entries around their mean, in double and in order.
double block_deviation(std::span<const float> block) {
  double sum = 0, squares = 0;
  for (const float x : block) sum += x;
  const double mean = sum / static_cast<double>(block.size());
  for (const float x : block) squares += (x - mean) * (x - mean);
  return std::sqrt(squares / static_cast<double>(block.size()));
}

// A block's largest magnitude, and for each coordinate -1, 0 or 1 in two bits. The magnitude is the liar's to
// choose. A NaN or an infinite entry makes the whole block so.
class TernGrad final : public PackedCompressor {
 public:
  explicit TernGrad(const Values& values)
      : quantizer_(1), scope_(values.text("scope")), clip_(values.number("clip")) {}

  void pack(std::span<const float> row, const PackingView& view, BitWriter& bits) const override {
    const std::vector<float> numbers = uniform_numbers(view, row.size());
    for (const auto& [begin, size] : scaled_blocks(scope_, row.size(), view.layers)) {
      const std::span<const float> block = row.subspan(begin, size);
      quantizer_.pack(block, scale(block), std::span(numbers).subspan(begin, size), bits);
    }
  }

  void unpack(BitReader& bits, const PackingView& view, std::span<float> row) const override {
    for (const auto& [begin, size] : scaled_blocks(scope_, row.size(), view.layers))
      quantizer_.unpack(bits, row.subspan(begin, size));
  }

 private:
  // Equal entries have no deviation to be cut to.
  float scale(std::span<const float> block) const {
    const float largest = largest_magnitude(block);
    if (clip_ == 0) return largest;
    const float cut = static_cast<float>(clip_ * block_deviation(block));
    return cut > 0 && cut < largest ? cut : largest;
  }

  Quantizer quantizer_;
  std::string scope_;
  double clip_;
};

const Descriptor kTernGrad{
    .kind = Kind::compressor,
    .name = "terngrad",
    .summary =
        "-1, 0 or 1 times the largest magnitude, unbiased; 2 bits a coordinate and 32 a scale, which a "
        "liar chooses freely",
    .citation = "Wen, Xu, Yan, Wu, Wang, Chen, Li 2017, arXiv 1705.07878",
    .parameters = {scope_parameter("layer"),
                   {.name = "clip",
                    .summary = "entries are first cut to so many standard deviations (the paper: 2.5), which "
                               "is biased; 0: not at all",
                    .initial = 0.0,
                    .low = 0,
                    .high = 1e6}},
};

}  // namespace
VARANGIAN_REGISTER(TernGrad, kTernGrad)
}  // namespace varangian

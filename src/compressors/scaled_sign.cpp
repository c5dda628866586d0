#include "compressors/blocks.h"
#include "varangian/packed_compressor.h"

#include <cmath>

namespace varangian {
namespace {

// In double, in eight lanes: the order of the sum is fixed. NaN or infinite when an entry is.
float mean_magnitude(std::span<const float> block) {
  double lanes[8] = {};
  for (size_t j = 0; j < block.size(); ++j) lanes[j % 8] += std::abs(block[j]);
  double sum = 0;
  for (const double lane : lanes) sum += lane;
  return static_cast<float>(sum / static_cast<double>(block.size()));
}

// The signs, and for each block its mean magnitude. Unlike a bare sign, the scale is the liar's to choose. A
// NaN or an infinite entry makes its block's scale so, and with it the whole block, for the rule to see.
class ScaledSign final : public PackedCompressor {
 public:
  explicit ScaledSign(const Values& values) : scope_(values.text("scope")) {}

  void pack(std::span<const float> row, const PackingView& view, BitWriter& bits) const override {
    for (const auto& [begin, size] : scaled_blocks(scope_, row.size(), view.layers)) {
      const std::span<const float> block = row.subspan(begin, size);
      bits.put(mean_magnitude(block));
      for (size_t j = 0; j < size; j += 64) {
        const size_t count = std::min<size_t>(64, size - j);
        uint64_t word = 0;
        for (size_t b = 0; b < count; ++b) word |= static_cast<uint64_t>(block[j + b] < 0) << b;
        bits.put(word, static_cast<int>(count));
      }
    }
  }

  void unpack(BitReader& bits, const PackingView& view, std::span<float> row) const override {
    for (const auto& [begin, size] : scaled_blocks(scope_, row.size(), view.layers)) {
      const float scale = bits.take_float();
      for (size_t j = 0; j < size; j += 64) {
        const size_t count = std::min<size_t>(64, size - j);
        const uint64_t word = bits.take(static_cast<int>(count));
        for (size_t b = 0; b < count; ++b) row[begin + j + b] = (word >> b & 1) != 0 ? -scale : scale;
      }
    }
  }

 private:
  std::string scope_;
};

const Descriptor kDescriptor{
    .kind = Kind::compressor,
    .name = "scaled_sign",
    .summary =
        "signs times the mean magnitude; 1 bit a coordinate and 32 a scale, which a liar chooses freely",
    .citation = "Karimireddy, Rebjock, Stich, Jaggi 2019, arXiv 1901.09847 (EF-signSGD, with error_feedback)",
    .parameters = {scope_parameter("model")},
};

}  // namespace
VARANGIAN_REGISTER(ScaledSign, kDescriptor)
}  // namespace varangian

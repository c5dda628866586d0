#include "compressors/blocks.h"
#include "varangian/packed_compressor.h"
#include "varangian/signs.h"

#include <ATen/ATen.h>

#include <cmath>

namespace varangian {
namespace {

// In double, in eight lanes: the order of the sum is fixed. NaN or infinite when an entry is.
float mean_magnitude(std::span<const float> block) {
  double lanes[8] = {};
  size_t j = 0;
  for (; j + 8 <= block.size(); j += 8)
    for (size_t lane = 0; lane < 8; ++lane) lanes[lane] += std::abs(block[j + lane]);
  for (; j < block.size(); ++j) lanes[j % 8] += std::abs(block[j]);
  double sum = 0;
  for (const double lane : lanes) sum += lane;
  return static_cast<float>(sum / static_cast<double>(block.size()));
}

at::Tensor words_for(size_t columns) {
  return at::empty({1, static_cast<int64_t>((columns + 63) / 64)}, at::kLong);
}

int bits_of_word(size_t columns, int64_t word) {
  return static_cast<int>(std::min<int64_t>(64, static_cast<int64_t>(columns) - 64 * word));
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
      const at::Tensor words = words_for(size);
      pack_signs(at::from_blob(const_cast<float*>(block.data()), {1, static_cast<int64_t>(size)}), words);
      for (int64_t w = 0; w < words.size(1); ++w)
        bits.put(static_cast<uint64_t>(words.const_data_ptr<int64_t>()[w]), bits_of_word(size, w));
    }
  }

  void unpack(BitReader& bits, const PackingView& view, std::span<float> row) const override {
    for (const auto& [begin, size] : scaled_blocks(scope_, row.size(), view.layers)) {
      const float scale = bits.take_float();
      const at::Tensor words = words_for(size);
      for (int64_t w = 0; w < words.size(1); ++w)
        words.data_ptr<int64_t>()[w] = static_cast<int64_t>(bits.take(bits_of_word(size, w)));
      at::Tensor block = at::from_blob(row.data() + begin, {static_cast<int64_t>(size)});
      unpack_signs(words[0], block);
      block.mul_(scale);
    }
  }

 private:
  std::string scope_;
};

const Descriptor kScaledSign{
    .kind = Kind::compressor,
    .name = "scaled_sign",
    .summary =
        "signs times the mean magnitude; 1 bit a coordinate and 32 a scale, which a liar chooses freely",
    .citation = "Karimireddy, Rebjock, Stich, Jaggi 2019, arXiv 1901.09847 (EF-signSGD, with error_feedback)",
    .parameters = {scope_parameter("model")},
};

}  // namespace
VARANGIAN_REGISTER(ScaledSign, kScaledSign)
}  // namespace varangian

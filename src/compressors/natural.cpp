#include "compressors/coins.h"

namespace varangian {
namespace {

constexpr uint32_t kFraction = (1u << 23) - 1;  // the 23 bits of a float below its exponent
constexpr uint32_t kLargestPower = 254;         // exponent of the largest floats; 255 is infinity and NaN

// The sign and exponent of each entry, rounded up or down to a power of two at random, so that the
// expectation is the entry itself: a carry out of the fraction plus 23 random bits has just that probability.
// Beyond 2^127 it rounds down, so that a finite entry stays finite. NaN becomes an infinity of its sign.
class Natural final : public PackedCompressor {
 public:
  explicit Natural(const Values&) {}

  void pack(std::span<const float> row, const PackingView& view, BitWriter& bits) const override {
    const std::vector<float> numbers = uniform_numbers(view, row.size());
    for (size_t j = 0; j < row.size(); ++j) {
      const uint32_t x = std::bit_cast<uint32_t>(row[j]), exponent = x >> 23 & 255;
      const uint32_t coin = static_cast<uint32_t>(static_cast<int32_t>(numbers[j] * 0x1p23f)) & kFraction;
      const uint32_t carry = exponent < kLargestPower ? ((x & kFraction) + coin) >> 23 : 0;
      bits.put(x >> 31 | (exponent + carry) << 1, 9);
    }
  }

  void unpack(BitReader& bits, const PackingView&, std::span<float> row) const override {
    for (float& x : row) {
      const uint32_t code = static_cast<uint32_t>(bits.take(9));
      x = std::bit_cast<float>((code & 1) << 31 | code >> 1 << 23);
    }
  }
};

const Descriptor kNatural{
    .kind = Kind::compressor,
    .name = "natural",
    .summary = "each entry rounded at random to a power of two, unbiased; 9 bits a coordinate",
    .citation = "Horvath, Ho, Horvath, Sahu, Canini, Richtarik 2019, arXiv 1905.10988",
};

}  // namespace
VARANGIAN_REGISTER(Natural, kNatural)
}  // namespace varangian

#include "compressors/kept.h"
#include "varangian/packed_compressor.h"

namespace varangian {
namespace {

constexpr uint32_t kMagnitude = 0x7fffffff;  // a float without its sign, ordered as it is; NaN above all

int index_bits(size_t columns) { return std::bit_width(columns - 1); }

// The k entries of largest magnitude as they are, each with its index in ceil(log2 d) bits; of equal ones the
// first. NaN counts as the largest, and infinities too are sent as they are.
class TopK final : public PackedCompressor {
 public:
  explicit TopK(const Values& values) : kept_(values) {}

  void pack(std::span<const float> row, const PackingView&, BitWriter& bits) const override {
    for (const uint32_t index : largest(row)) {
      bits.put(index, index_bits(row.size()));
      bits.put(row[index]);
    }
  }

  void unpack(BitReader& bits, const PackingView&, std::span<float> row) const override {
    std::fill(row.begin(), row.end(), 0.0f);
    for (size_t i = kept_.of(row.size()); i > 0; --i) {
      const uint64_t index = bits.take(index_bits(row.size()));
      row[index] = bits.take_float();
    }
  }

 private:
  // In rising order.
  std::vector<uint32_t> largest(std::span<const float> row) const {
    std::vector<uint64_t> keys(row.size());  // all different, so that the choice is
    for (size_t j = 0; j < row.size(); ++j)
      keys[j] = static_cast<uint64_t>(std::bit_cast<uint32_t>(row[j]) & kMagnitude) << 32 |
                static_cast<uint32_t>(~j);
    const auto end = keys.begin() + static_cast<std::ptrdiff_t>(kept_.of(row.size()));
    std::nth_element(keys.begin(), end - 1, keys.end(), std::greater<>());
    std::vector<uint32_t> indices;
    for (auto key = keys.begin(); key != end; ++key) indices.push_back(~static_cast<uint32_t>(*key));
    std::sort(indices.begin(), indices.end());
    return indices;
  }

  Kept kept_;
};

const Descriptor kTopK{
    .kind = Kind::compressor,
    .name = "top_k",
    .summary = "the k entries of largest magnitude; 32 + ceil(log2 d) bits each",
    .citation = "Stich, Cordonnier, Jaggi 2018, arXiv 1809.07599 (with error_feedback)",
    .parameters = Kept::parameters(),
};

}  // namespace
VARANGIAN_REGISTER(TopK, kTopK)
}  // namespace varangian

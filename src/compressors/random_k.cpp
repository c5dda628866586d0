#include "compressors/kept.h"
#include "varangian/packed_compressor.h"

namespace varangian {
namespace {

// k entries at coordinates that both ends draw from the shared seed, so that only values are sent, and a liar
// cannot choose where. They are sent as they are, NaN and infinities too.
class RandomK final : public PackedCompressor {
 public:
  explicit RandomK(const Values& values) : kept_(values), scaled_(values.flag("scaled")) {}

  void pack(std::span<const float> row, const PackingView& view, BitWriter& bits) const override {
    const Permutation order = order_of(row.size(), view);
    for (size_t i = 0; i < kept_.of(row.size()); ++i) bits.put(row[order(i)]);
  }

  void unpack(BitReader& bits, const PackingView& view, std::span<float> row) const override {
    const Permutation order = order_of(row.size(), view);
    const size_t kept = kept_.of(row.size());
    const float factor = scaled_ ? static_cast<float>(row.size()) / static_cast<float>(kept) : 1.0f;
    std::fill(row.begin(), row.end(), 0.0f);
    for (size_t i = 0; i < kept; ++i) row[order(i)] = bits.take_float() * factor;
  }

 private:
  static Permutation order_of(size_t columns, const PackingView& view) {
    return Permutation(view.random, columns, static_cast<uint32_t>(view.worker), 0);
  }

  Kept kept_;
  bool scaled_;
};

Descriptor descriptor() {
  Descriptor descriptor{
      .kind = Kind::compressor,
      .name = "random_k",
      .summary = "k entries at coordinates drawn from the shared seed; 32 bits each",
      .citation =
          "Konecny, Richtarik 2018, arXiv 1611.07555; Stich, Cordonnier, Jaggi 2018, arXiv 1809.07599",
      .parameters = Kept::parameters(),
  };
  descriptor.parameters.push_back({.name = "scaled",
                                   .summary = "times d / k, which is unbiased; false suits error_feedback",
                                   .initial = true});
  return descriptor;
}

const Descriptor kRandomK = descriptor();

}  // namespace
VARANGIAN_REGISTER(RandomK, kRandomK)
}  // namespace varangian

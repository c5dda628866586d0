#include "varangian/bits.h"

#include "support/catch.h"
#include "varangian/random.h"

namespace varangian {

TEST_CASE("bits come back as they were put, at every width and offset", "[compressors]") {
  const Random random(3, Purpose::noise);
  std::vector<std::pair<uint64_t, int>> put;
  BitWriter writer;
  int64_t total = 0;
  for (uint64_t i = 0; i < 5000; ++i) {
    const int count = i < 65 ? static_cast<int>(i) : static_cast<int>(random.below(65, 0, i));
    const uint64_t all = random.below(~uint64_t{0}, 1, i);
    put.emplace_back(count == 64 ? all : all & ((uint64_t{1} << count) - 1), count);
    writer.put(put.back().first, count);
    total += count;
    REQUIRE(writer.bits() == total);
    REQUIRE(writer.bytes() == (total + 7) / 8);
  }
  writer.put(-0.0f);
  const std::vector<uint64_t> words = std::move(writer).finish();
  CHECK(static_cast<int64_t>(words.size()) == (total + 32 + 63) / 64);
  BitReader reader(words);
  for (const auto& [value, count] : put) REQUIRE(reader.take(count) == value);
  CHECK(std::bit_cast<uint32_t>(reader.take_float()) == 0x80000000u);
  CHECK(reader.bits() == total + 32);
}

TEST_CASE("a message that fills its last word has no word behind it", "[compressors]") {
  BitWriter writer;
  writer.put(~uint64_t{0}, 64);
  CHECK(std::move(writer).finish() == std::vector<uint64_t>{~uint64_t{0}});
  CHECK(BitWriter().finish().empty());
}

}  // namespace varangian

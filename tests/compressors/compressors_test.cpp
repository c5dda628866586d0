#include "support/catch.h"
#include "support/codec.h"

#include <cmath>
#include <functional>
#include <limits>

// Each codec against its definition, written without bits; its bytes; hostile numbers.
namespace varangian {
namespace {

using Naive = std::function<at::Tensor(const at::Tensor& row, int64_t worker)>;

at::Tensor signs_of(const at::Tensor& row) { return at::where(row.lt(0), -1.0, 1.0); }

// To one of 0, norm / levels, ..., norm.
at::Tensor quantized(const at::Tensor& row, double norm, double levels, const at::Tensor& coins) {
  const at::Tensor exact = row.to(at::kDouble).abs().clamp_max(norm).mul(levels).div(norm);
  const at::Tensor level = exact.floor().add(coins.lt(exact.sub(exact.floor())).to(at::kDouble));
  return level.mul(norm / levels).mul(signs_of(row));
}

double l2_of(const at::Tensor& row) { return row.to(at::kDouble).norm().to(at::kFloat).item<float>(); }
double largest_of(const at::Tensor& row) { return row.abs().max().item<float>(); }

at::Tensor kept(const at::Tensor& row, int64_t k) {
  const at::Tensor order = std::get<1>(row.abs().sort(true, 0, true)).narrow(0, 0, k);
  return at::zeros_like(row).index_copy(0, order, row.index_select(0, order));
}

struct Case {
  std::string name;
  Given given;
  Naive naive;
};

const std::vector<Case> kCases = {
    {"none", {}, [](const at::Tensor& row, int64_t) { return row; }},
    {"sign", {}, [](const at::Tensor& row, int64_t) { return signs_of(row); }},
    {"scaled_sign",
     {},
     [](const at::Tensor& row, int64_t) { return signs_of(row).mul(row.to(at::kDouble).abs().mean()); }},
    {"sto_sign",
     {{"b", 2.0}},
     [](const at::Tensor& row, int64_t worker) {
       const at::Tensor chance = row.to(at::kDouble).clamp(-2, 2).add(2).div(4);
       return at::where(coins_of(worker, row.size(0)).lt(chance), 1.0, -1.0);
     }},
    {"sto_sign",
     {},
     [](const at::Tensor& row, int64_t worker) {
       const double b = largest_of(row);
       const at::Tensor chance = row.to(at::kDouble).add(b).div(2 * b);
       return at::where(coins_of(worker, row.size(0)).lt(chance), 1.0, -1.0);
     }},
    {"qsgd",
     {{"levels", int64_t{3}}},
     [](const at::Tensor& row, int64_t worker) {
       return quantized(row, l2_of(row), 3, coins_of(worker, row.size(0)));
     }},
    {"qsgd",
     {{"levels", int64_t{8}}, {"norm", std::string("max")}},
     [](const at::Tensor& row, int64_t worker) {
       return quantized(row, largest_of(row), 8, coins_of(worker, row.size(0)));
     }},
    {"qsgd",
     {{"bucket", int64_t{40}}},
     [](const at::Tensor& row, int64_t worker) {
       const at::Tensor coins = coins_of(worker, row.size(0));
       std::vector<at::Tensor> parts;
       for (int64_t begin = 0; begin < row.size(0); begin += 40) {
         const int64_t size = std::min<int64_t>(40, row.size(0) - begin);
         const at::Tensor part = row.narrow(0, begin, size);
         parts.push_back(quantized(part, l2_of(part), 4, coins.narrow(0, begin, size)));
       }
       return at::cat(parts);
     }},
    {"terngrad",
     {},
     [](const at::Tensor& row, int64_t worker) {
       return quantized(row, largest_of(row), 1, coins_of(worker, row.size(0)));
     }},
    {"terngrad",
     {{"clip", 0.5}},
     [](const at::Tensor& row, int64_t worker) {
       const double cut = 0.5 * row.to(at::kDouble).std(false).item<double>();
       const double norm = cut > 0 ? std::min(cut, largest_of(row)) : largest_of(row);
       return quantized(row, static_cast<float>(norm), 1, coins_of(worker, row.size(0)));
     }},
    {"top_k",
     {{"fraction", 0.3}},
     [](const at::Tensor& row, int64_t) {
       return kept(row, std::max<int64_t>(1, std::llround(0.3 * static_cast<double>(row.size(0)))));
     }},
    {"top_k",
     {{"k", int64_t{5}}},
     [](const at::Tensor& row, int64_t) { return kept(row, std::min<int64_t>(5, row.size(0))); }},
};

int64_t ceil_log2(int64_t x) {
  int64_t bits = 0;
  while ((int64_t{1} << bits) < x) ++bits;
  return bits;
}

}  // namespace

TEST_CASE("every codec delivers what its definition says", "[compressors]") {
  for (const Case& c : kCases)
    for (const int64_t columns : {1, 2, 63, 64, 65, 130, 1001}) {
      const at::Tensor rows = normal_matrix(3, columns);
      const Delivered delivered = deliver(c.name, c.given, rows);
      for (int64_t i = 0; i < 3; ++i) {
        INFO(c.name << " of " << columns << " columns, worker " << i);
        CHECK(at::allclose(delivered.rows[i], c.naive(rows[i], i).to(at::kFloat), 1e-6, 1e-7));
      }
    }
}

TEST_CASE("a layer has a scale of its own", "[compressors]") {
  const at::Tensor rows = normal_matrix(2, 100).mul(at::arange(100).add(1));
  const std::vector<int64_t> layers = {0, 1, 65};
  for (const std::string name : {"scaled_sign", "terngrad"}) {
    const at::Tensor whole = deliver(name, {{"scope", std::string("layer")}}, rows, layers).rows;
    const at::Tensor model = deliver(name, {{"scope", std::string("model")}}, rows, layers).rows;
    CHECK_FALSE(at::equal(whole, model));
    for (const auto& [begin, size] : {std::pair(0, 1), {1, 64}, {65, 35}})
      for (int64_t i = 0; i < 2; ++i) {
        const at::Tensor part = rows[i].narrow(0, begin, size);
        const at::Tensor expected =
            name == "scaled_sign"
                ? signs_of(part).mul(part.to(at::kDouble).abs().mean())
                : quantized(part, largest_of(part), 1, coins_of(i, 100).narrow(0, begin, size));
        CHECK(at::allclose(whole[i].narrow(0, begin, size), expected.to(at::kFloat), 1e-6, 1e-7));
      }
  }
}

TEST_CASE("ternary gradients are one level of the largest magnitude", "[compressors]") {
  const at::Tensor rows = normal_matrix(4, 777);
  CHECK(at::equal(deliver("terngrad", {}, rows).rows,
                  deliver("qsgd", {{"levels", int64_t{1}}, {"norm", std::string("max")}}, rows).rows));
}

TEST_CASE("natural rounds to one of the two powers of two around, and those it leaves", "[compressors]") {
  const at::Tensor rows = normal_matrix(2, 1000);
  const at::Tensor delivered = deliver("natural", {}, rows).rows;
  const at::Tensor below = at::exp2(rows.to(at::kDouble).abs().log2().floor());
  const at::Tensor magnitude = delivered.to(at::kDouble).abs();
  CHECK(magnitude.eq(below).bitwise_or(magnitude.eq(below.mul(2))).all().item<bool>());
  CHECK(delivered.lt(0).eq(rows.lt(0)).all().item<bool>());
  CHECK(at::equal(deliver("natural", {}, delivered).rows, delivered));
}

TEST_CASE("random_k delivers k entries, other ones for each worker and round", "[compressors]") {
  const at::Tensor rows = normal_matrix(1, 500).expand({2, 500}).contiguous();
  const Given third = {{"fraction", 0.2}};
  const at::Tensor delivered = deliver("random_k", third, rows).rows;
  CHECK(at::equal(delivered.ne(0).sum(1), at::full({2}, 100, at::kLong)));
  CHECK(at::equal(delivered, rows.mul(5).mul(delivered.ne(0))));
  CHECK_FALSE(at::equal(delivered[0], delivered[1]));
  CHECK_FALSE(at::equal(delivered, deliver("random_k", third, rows, {0}, 2).rows));
  const at::Tensor plain = deliver("random_k", {{"fraction", 0.2}, {"scaled", false}}, rows).rows;
  CHECK(at::equal(plain, rows.mul(delivered.ne(0))));
}

TEST_CASE("what a codec has delivered it delivers again unchanged", "[compressors]") {
  for (const auto& [name, given] :
       std::vector<std::pair<std::string, Given>>{{"none", {}},
                                                  {"scaled_sign", {}},
                                                  {"scaled_sign", {{"scope", std::string("layer")}}},
                                                  {"qsgd", {{"norm", std::string("max")}}},
                                                  {"terngrad", {}},
                                                  {"top_k", {{"fraction", 0.1}}},
                                                  {"random_k", {{"fraction", 0.1}, {"scaled", false}}},
                                                  {"natural", {}}}) {
    INFO(name);
    const std::vector<int64_t> layers = {0, 17};
    const at::Tensor once = deliver(name, given, normal_matrix(3, 300), layers).rows;
    CHECK(at::equal(deliver(name, given, once, layers).rows, once));
  }
}

TEST_CASE("bytes are those of the packed bits", "[compressors]") {
  const std::vector<int64_t> layers = {0, 1};
  const Given by_layer = {{"scope", std::string("layer")}}, whole = {{"scope", std::string("model")}};
  for (const int64_t d : {2, 7, 64, 65, 1000}) {
    INFO(d << " columns");
    const at::Tensor rows = normal_matrix(3, d);
    const auto bytes = [&](const std::string& name, const Given& given = {}) {
      return deliver(name, given, rows, layers).bytes;
    };
    const auto expected = [](int64_t bits) { return 3 * ((bits + 7) / 8); };
    const int64_t k = std::max<int64_t>(1, std::llround(0.1 * static_cast<double>(d)));
    CHECK(bytes("none") == expected(32 * d));
    CHECK(bytes("sign") == expected(d));
    CHECK(bytes("sto_sign") == expected(d));
    CHECK(bytes("scaled_sign", whole) == expected(32 + d));
    CHECK(bytes("scaled_sign", by_layer) == expected(64 + d));
    CHECK(bytes("terngrad", whole) == expected(32 + 2 * d));
    CHECK(bytes("terngrad", by_layer) == expected(64 + 2 * d));
    for (const int64_t levels : {1, 2, 3, 4, 7, 8, 255, 65535})
      CHECK(bytes("qsgd", {{"levels", levels}}) == expected(32 + d * ceil_log2(2 * levels + 1)));
    CHECK(bytes("qsgd", {{"bucket", int64_t{60}}}) == expected((d + 59) / 60 * 32 + d * 4));
    CHECK(bytes("top_k", {{"fraction", 0.1}}) == expected(k * (32 + ceil_log2(d))));
    CHECK(bytes("random_k", {{"fraction", 0.1}}) == expected(k * 32));
    CHECK(bytes("natural") == expected(9 * d));
  }
  CHECK(deliver("top_k", {{"k", int64_t{9}}}, at::ones({1, 1})).bytes == 4);  // one column needs no index
}

TEST_CASE("a row's message depends on no other row, and its length on no value", "[compressors]") {
  const at::Tensor rows = normal_matrix(5, 333);
  for (const Descriptor* codec : Registry::instance().list(Kind::compressor)) {
    INFO(codec->name);
    const Delivered together = deliver(codec->name, {}, rows);
    for (int64_t i = 0; i < 5; ++i)
      CHECK(at::equal(deliver(codec->name, {}, rows.narrow(0, i, 1), {0}, 1, i).rows[0], together.rows[i]));
    for (const float value : {0.0f, -1e38f, 1e-45f, NAN, INFINITY})
      CHECK(deliver(codec->name, {}, at::full_like(rows, value)).bytes == together.bytes);
  }
}

TEST_CASE("hostile numbers do what each codec says of them", "[compressors]") {
  constexpr float kInf = std::numeric_limits<float>::infinity(), kNan = NAN;
  const auto row = [](std::vector<float> values) { return at::tensor(values).unsqueeze(0); };
  const auto delivered = [](const std::string& name, const Given& given, const at::Tensor& rows) {
    return deliver(name, given, rows).rows[0];
  };

  SECTION("a NaN or an infinite entry makes all that shares its scale so") {
    for (const float bad : {kNan, kInf, -kInf})
      for (const std::string name : {"scaled_sign", "qsgd", "terngrad"}) {
        INFO(name << " " << bad);
        const at::Tensor out = delivered(name, {}, row({1, bad, -3, 0}));
        CHECK_FALSE(out.isfinite().any().item<bool>());
      }
  }
  SECTION("finite rows stay finite, however large, but for an l2 norm beyond float") {
    const at::Tensor huge = at::full({1, 100}, 3e38f);
    for (const std::string name : {"scaled_sign", "terngrad", "natural", "top_k"}) {
      INFO(name);
      CHECK(delivered(name, {}, huge).isfinite().all().item<bool>());
    }
    CHECK(at::equal(delivered("scaled_sign", {}, huge), huge[0]));
    CHECK(delivered("qsgd", {{"norm", std::string("max")}}, huge).isfinite().all().item<bool>());
    CHECK(delivered("qsgd", {}, huge).isinf().all().item<bool>());
    CHECK(delivered("qsgd", {}, huge.div(10)).isfinite().all().item<bool>());
  }
  SECTION("denormals and zeros keep their place") {
    const at::Tensor tiny = row({1e-45f, -1e-45f, 0.0f, -0.0f});
    for (const std::string name : {"scaled_sign", "qsgd", "terngrad", "natural", "top_k", "random_k"}) {
      INFO(name);
      CHECK(delivered(name, {}, tiny).isfinite().all().item<bool>());
      CHECK(at::equal(delivered(name, {}, at::zeros({1, 9})), at::zeros({9})));
    }
    CHECK(at::equal(delivered("top_k", {{"k", int64_t{2}}}, tiny), tiny[0]));
    CHECK(at::equal(delivered("terngrad", {}, tiny), tiny[0]));  // both are the largest magnitude
  }
  SECTION("one column") {
    for (const std::string name : {"scaled_sign", "qsgd", "terngrad", "top_k", "random_k"})
      CHECK(delivered(name, {}, row({-2.5f})).item<float>() == -2.5f);
    CHECK(delivered("terngrad", {{"clip", 2.5}}, row({-2.5f})).item<float>() == -2.5f);
    CHECK(delivered("natural", {}, row({-4.0f})).item<float>() == -4.0f);
  }
  SECTION("top_k takes NaN for the largest, and of equals the first") {
    const Given two = {{"k", int64_t{2}}};
    const at::Tensor out = delivered("top_k", two, row({1, kNan, -kInf, 5}));
    CHECK(std::isnan(out[1].item<float>()));
    CHECK(out[2].item<float>() == -kInf);
    CHECK(out[0].item<float>() == 0);
    CHECK(at::equal(delivered("top_k", two, row({1, -2, 2, -2})), at::tensor({0.f, -2.f, 2.f, 0.f})));
  }
  SECTION("natural turns NaN into infinity, and rounds down beyond 2^127") {
    const at::Tensor out = delivered("natural", {}, row({kNan, kInf, -kInf, 3e38f, -3e38f}));
    CHECK(out.narrow(0, 0, 3).isinf().all().item<bool>());
    CHECK(at::equal(out.narrow(0, 3, 2), at::tensor({0x1p127f, -0x1p127f})));
  }
  SECTION("sto_sign is sure of infinities and of what lies beyond b, and NaN and 0 are fair coins") {
    const at::Tensor sure =
        at::tensor({kInf, -kInf, 1e38f, -1e38f, 7.0f, -7.0f}).expand({200, 6}).contiguous();
    CHECK(at::equal(deliver("sto_sign", {{"b", 7.0}}, sure).rows, signs_of(sure).to(at::kFloat)));
    for (const float x : {kNan, 0.0f, -0.0f}) {
      const double mean =
          deliver("sto_sign", {}, at::full({100, 1000}, x)).rows.to(at::kDouble).mean().item<double>();
      CHECK(std::abs(mean) < 5 / std::sqrt(1e5));
    }
    // Without b: the largest finite entry.
    const at::Tensor mixed = at::tensor({kNan, kInf, -2.0f, 2.0f}).expand({50, 4}).contiguous();
    CHECK(deliver("sto_sign", {}, mixed).rows.select(1, 2).eq(-1).all().item<bool>());
    CHECK(deliver("sto_sign", {}, mixed).rows.select(1, 3).eq(1).all().item<bool>());
  }
}

}  // namespace varangian

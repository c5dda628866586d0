#pragma once

#include "support/apply_rule.h"
#include "varangian/compressor.h"

#include <numeric>

namespace varangian {

/// What the server makes of rows [k, d] (signs as -1 and +1), and the bytes that they took. Row i is worker
/// first + i's.
struct Delivered {
  at::Tensor rows;
  int64_t bytes = 0;
};

inline Delivered deliver(const std::string& name, const Given& given, const at::Tensor& rows,
                         const std::vector<int64_t>& layers = {0}, int64_t round = 1, int64_t first = 0) {
  const auto codec = make<Compressor>(Kind::compressor, name, rule_values(Kind::compressor, name, given));
  std::vector<int64_t> workers(static_cast<size_t>(rows.size(0)));
  std::iota(workers.begin(), workers.end(), first);
  Messages wire{.encoding = codec->encoding(), .columns = rows.size(1), .rows = at::full_like(rows, 99.0f)};
  if (wire.encoding == Encoding::signs)
    wire.rows = at::zeros({rows.size(0), (rows.size(1) + 63) / 64}, at::kLong);
  const Random random = Random(5, Purpose::compressor).at(round);
  Delivered delivered;
  delivered.bytes =
      codec->encode({.dense = rows, .workers = workers, .random = random, .layers = layers}, wire.rows);
  delivered.rows = at::empty_like(rows);
  for (int64_t i = 0; i < rows.size(0); ++i) delivered.rows[i].copy_(dense_row(wire, i));
  return delivered;
}

/// The numbers in [0, 1) by which a codec rounds worker w's row in the same round.
inline at::Tensor coins_of(int64_t worker, int64_t columns, int64_t round = 1) {
  at::Tensor numbers = at::empty({1, columns});
  Random(5, Purpose::compressor).at(round).uniform(numbers, {&worker, 1});
  return numbers[0].to(at::kDouble).add(1).mul(0.5);
}

}  // namespace varangian

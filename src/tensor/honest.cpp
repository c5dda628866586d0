#include "varangian/honest.h"

#include "kernels/columns.h"
#include "varangian/columns.h"
#include "varangian/points.h"

#include <ATen/ATen.h>

namespace varangian {

HonestRows::HonestRows(at::Tensor rows, const Messages* wire, Parallel& parallel)
    : rows_(std::move(rows)), wire_(wire), parallel_(parallel) {}

const at::Tensor& HonestRows::mean() const {
  if (!mean_.defined()) compute_moments();
  return mean_;
}

const at::Tensor& HonestRows::deviation(bool unbiased) const {
  if (!deviation_.defined()) compute_moments();
  if (unbiased) return deviation_;
  const double h = static_cast<double>(count());
  if (!population_.defined()) population_ = deviation_.mul(std::sqrt((h - 1) / h));
  return population_;
}

const at::Tensor& HonestRows::vote() const {
  if (vote_.defined()) return vote_;
  vote_ = at::zeros({columns()}, rows_.options());
  if (wire_ != nullptr && wire_->encoding == Encoding::signs) {
    for (int64_t r = 0; r < wire_->workers(); ++r) vote_.add_(dense_row(*wire_, r));
  } else {
    const at::Tensor& rows = wire_ != nullptr ? wire_->rows : rows_;
    for_each_block(columns(), rows_, parallel_, [&](int64_t begin, int64_t width) {
      column_sign_sum(rows.narrow(1, begin, width), vote_.narrow(0, begin, width));
    });
  }
  return vote_;
}

Geometry HonestRows::geometry(const std::vector<at::Tensor>& more) const {
  Points points = rows_of(rows_);
  points.insert(points.end(), more.begin(), more.end());
  const int64_t messages = static_cast<int64_t>(points.size());
  points.emplace_back();
  return Geometry(messages, gram(points, parallel_));
}

void HonestRows::compute_moments() const {
  mean_ = at::empty({columns()}, rows_.options());
  deviation_ = at::empty({columns()}, rows_.options());
  for_each_block(columns(), rows_, parallel_, [&](int64_t begin, int64_t width) {
    column_mean_deviation(rows_.narrow(1, begin, width), mean_.narrow(0, begin, width),
                          deviation_.narrow(0, begin, width));
  });
}

}  // namespace varangian

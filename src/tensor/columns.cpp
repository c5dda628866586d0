#include "varangian/columns.h"

#include "kernels/columns.h"
#include "kernels/median.h"
#include "tensor/columns_on_device.h"
#include "varangian/error.h"

#include <ATen/ATen.h>

#include <limits>

namespace varangian {

void column_mean(const at::Tensor& rows, at::Tensor out) {
  if (!rows.is_cpu()) return column_mean_on_device(rows, out);
  VARANGIAN_ASSERT_EQ(rows.stride(1), 1);
  kernels::column_mean(rows.data_ptr<float>(), rows.size(0), rows.stride(0), rows.size(1),
                       out.data_ptr<float>());
}

void column_median(const at::Tensor& rows, at::Tensor out) {
  if (!rows.is_cpu()) return column_median_on_device(rows, out);
  VARANGIAN_ASSERT_EQ(rows.stride(1), 1);
  kernels::column_median(rows.data_ptr<float>(), rows.size(0), rows.stride(0), rows.size(1),
                         out.data_ptr<float>());
}

at::Tensor select_rows(const at::Tensor& matrix, const std::vector<int64_t>& indices) {
  bool consecutive = true;
  for (size_t i = 1; i < indices.size(); ++i) consecutive = consecutive && indices[i] == indices[i - 1] + 1;
  if (consecutive)
    return matrix.narrow(0, indices.empty() ? 0 : indices.front(), static_cast<int64_t>(indices.size()));
  return matrix.index_select(0, at::tensor(indices, at::kLong).to(matrix.device()));
}

at::Tensor sum_of_squares(const at::Tensor& x) {
  if (!x.is_cpu()) return x.to(at::kDouble).square().sum();
  return at::scalar_tensor(kernels::sum_of_squares(x.data_ptr<float>(), x.numel()), at::kDouble);
}

at::Tensor inner_product(const at::Tensor& x, const at::Tensor& y) {
  if (!x.is_cpu()) return x.to(at::kDouble).mul(y.to(at::kDouble)).sum();
  return at::scalar_tensor(kernels::dot(x.data_ptr<float>(), y.data_ptr<float>(), x.numel()), at::kDouble);
}

at::Tensor count_different_signs(const at::Tensor& x, const at::Tensor& y) {
  if (!x.is_cpu()) return x.lt(0).ne(y.lt(0)).sum();
  return at::scalar_tensor(
      kernels::count_different_signs(x.data_ptr<float>(), y.data_ptr<float>(), x.numel()), at::kLong);
}

void column_mean_on_device(const at::Tensor& rows, at::Tensor out) {
  at::sum_out(out, rows, at::IntArrayRef{0});
  out.mul_(1.0f / static_cast<float>(rows.size(0)));
}

void column_median_on_device(const at::Tensor& rows, at::Tensor out) {
  const int64_t n = rows.size(0);
  const float inf = std::numeric_limits<float>::infinity();
  const at::Tensor ranked =
      at::fmin(rows, at::full({}, inf, rows.options()));  // NaN gives way to the other: +Inf
  const at::Tensor sorted = std::get<0>(ranked.sort(0));
  if (n % 2 == 1)
    out.copy_(sorted.select(0, n / 2));
  else
    out.copy_(sorted.select(0, n / 2 - 1).mul(0.5f).add(sorted.select(0, n / 2).mul(0.5f)));
}

}  // namespace varangian

#include "varangian/columns.h"

#include "kernels/columns.h"
#include "kernels/order_statistics.h"
#include "tensor/columns_on_device.h"
#include "tensor/own_kernels.h"
#include "varangian/error.h"

#include <ATen/ATen.h>

#include <limits>

namespace varangian {

void column_mean(const at::Tensor& rows, at::Tensor out) {
  if constexpr (kernels::cuda::kBuilt)
    if (suits_cuda_kernels(rows))
      return kernels::cuda::column_mean(rows.data_ptr<float>(), rows.size(0), rows.stride(0), rows.size(1),
                                        out.data_ptr<float>(), kernels::cuda::kDefaultStream);
  if (!rows.is_cpu()) return column_mean_on_device(rows, out);
  VARANGIAN_ASSERT_EQ(rows.stride(1), 1);
  kernels::column_mean(rows.data_ptr<float>(), rows.size(0), rows.stride(0), rows.size(1),
                       out.data_ptr<float>());
}

void column_mean_deviation(const at::Tensor& rows, at::Tensor mean, at::Tensor deviation) {
  if constexpr (kernels::cuda::kBuilt)
    if (suits_cuda_kernels(rows))
      return kernels::cuda::column_mean_deviation(rows.data_ptr<float>(), rows.size(0), rows.stride(0),
                                                  rows.size(1), mean.data_ptr<float>(),
                                                  deviation.data_ptr<float>(), kernels::cuda::kDefaultStream);
  if (!rows.is_cpu()) {
    column_mean_on_device(rows, mean);
    const float spread = rows.size(0) > 1 ? 1.0f / static_cast<float>(rows.size(0) - 1) : 0.0f;
    at::sqrt_out(deviation, rows.sub(mean).square().sum(0).mul(spread));
    return;
  }
  VARANGIAN_ASSERT_EQ(rows.stride(1), 1);
  kernels::column_mean_deviation(rows.data_ptr<float>(), rows.size(0), rows.stride(0), rows.size(1),
                                 mean.data_ptr<float>(), deviation.data_ptr<float>());
}

void column_median(const at::Tensor& rows, at::Tensor out, bool lower) {
  if constexpr (kernels::cuda::kBuilt)
    if (suits_cuda_kernels(rows) && rows.size(0) <= kernels::cuda::kMostRows)
      return kernels::cuda::column_median(rows.data_ptr<float>(), rows.size(0), rows.stride(0), rows.size(1),
                                          lower, out.data_ptr<float>(), kernels::cuda::kDefaultStream);
  if (!rows.is_cpu()) return column_median_on_device(rows, out, lower);
  VARANGIAN_ASSERT_EQ(rows.stride(1), 1);
  kernels::column_median(rows.data_ptr<float>(), rows.size(0), rows.stride(0), rows.size(1), lower,
                         out.data_ptr<float>());
}

void column_trimmed_mean(const at::Tensor& rows, int64_t trim, at::Tensor out) {
  VARANGIAN_ASSERT_LE(2 * trim + 1, rows.size(0));
  if constexpr (kernels::cuda::kBuilt)
    if (suits_cuda_kernels(rows) && rows.size(0) <= kernels::cuda::kMostRows)
      return kernels::cuda::column_trimmed_mean(rows.data_ptr<float>(), rows.size(0), rows.stride(0),
                                                rows.size(1), trim, out.data_ptr<float>(),
                                                kernels::cuda::kDefaultStream);
  if (!rows.is_cpu()) return column_trimmed_mean_on_device(rows, trim, out);
  VARANGIAN_ASSERT_EQ(rows.stride(1), 1);
  kernels::column_trimmed_mean(rows.data_ptr<float>(), rows.size(0), rows.stride(0), rows.size(1), trim,
                               out.data_ptr<float>());
}

void column_mean_around(const at::Tensor& rows, Centre centre, int64_t trim, int64_t keep, at::Tensor out) {
  VARANGIAN_ASSERT_LE(1, keep);
  if constexpr (kernels::cuda::kBuilt)
    if (suits_cuda_kernels(rows) && rows.size(0) <= kernels::cuda::kMostRows)
      return kernels::cuda::column_mean_around(rows.data_ptr<float>(), rows.size(0), rows.stride(0),
                                               rows.size(1), static_cast<kernels::Centre>(centre), trim, keep,
                                               out.data_ptr<float>(), kernels::cuda::kDefaultStream);
  if (!rows.is_cpu()) return column_mean_around_on_device(rows, centre, trim, keep, out);
  VARANGIAN_ASSERT_EQ(rows.stride(1), 1);
  kernels::column_mean_around(rows.data_ptr<float>(), rows.size(0), rows.stride(0), rows.size(1),
                              static_cast<kernels::Centre>(centre), trim, keep, out.data_ptr<float>());
}

void column_sign_sum(const at::Tensor& rows, at::Tensor out) {
  if constexpr (kernels::cuda::kBuilt)
    if (suits_cuda_kernels(rows))
      return kernels::cuda::column_sign_sum(rows.data_ptr<float>(), rows.size(0), rows.stride(0),
                                            rows.size(1), out.data_ptr<float>(),
                                            kernels::cuda::kDefaultStream);
  if (!rows.is_cpu())
    return void(
        at::sum_out(out, rows.gt(0).to(at::kFloat).sub(rows.lt(0).to(at::kFloat)), at::IntArrayRef{0}));
  VARANGIAN_ASSERT_EQ(rows.stride(1), 1);
  kernels::column_sign_sum(rows.data_ptr<float>(), rows.size(0), rows.stride(0), rows.size(1),
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

namespace {

// NaN gives way to the other: +Inf. -0 + 0 is +0.
at::Tensor ranked(const at::Tensor& rows) {
  return at::fmin(rows, at::full({}, std::numeric_limits<float>::infinity(), rows.options())).add(0.0f);
}

at::Tensor middle_of(const at::Tensor& sorted, bool lower) {
  const int64_t n = sorted.size(0);
  if (lower || n % 2 == 1) return sorted.select(0, (n - 1) / 2);
  return sorted.select(0, n / 2 - 1).mul(0.5f).add(sorted.select(0, n / 2).mul(0.5f));
}

// Row after row, as the kernels add.
at::Tensor mean_of(const at::Tensor& sorted, int64_t begin, int64_t count) {
  at::Tensor sum = sorted.select(0, begin).clone();
  for (int64_t r = begin + 1; r < begin + count; ++r) sum.add_(sorted.select(0, r));
  return sum.mul_(1.0f / static_cast<float>(count));
}

}  // namespace

void column_median_on_device(const at::Tensor& rows, at::Tensor out, bool lower) {
  out.copy_(middle_of(std::get<0>(ranked(rows).sort(0)), lower));
}

void column_trimmed_mean_on_device(const at::Tensor& rows, int64_t trim, at::Tensor out) {
  out.copy_(mean_of(std::get<0>(ranked(rows).sort(0)), trim, rows.size(0) - 2 * trim));
}

void column_mean_around_on_device(const at::Tensor& rows, Centre centre, int64_t trim, int64_t keep,
                                  at::Tensor out) {
  const at::Tensor values = ranked(rows), sorted = std::get<0>(values.sort(0));
  const at::Tensor middle = centre == Centre::trimmed_mean
                                ? mean_of(sorted, trim, rows.size(0) - 2 * trim)
                                : middle_of(sorted, centre == Centre::lower_median);
  const at::Tensor order =
      std::get<1>(values.sub(middle).abs().sort(/*stable=*/std::optional<bool>(true), /*dim=*/0))
          .narrow(0, 0, keep);
  out.copy_(values.gather(0, order).sum(0).mul(1.0f / static_cast<float>(keep)));
}

}  // namespace varangian

#include "column.h"
#include "kernels.h"
#include "launch.h"

namespace varangian::kernels::cuda {
namespace {

__device__ int64_t own_column() { return static_cast<int64_t>(blockIdx.x) * kThreads + threadIdx.x; }

__global__ void mean_of_columns(const float* rows, int64_t n, int64_t stride, int64_t columns, float* out) {
  if (const int64_t j = own_column(); j < columns) out[j] = mean_of_column(rows + j, n, stride);
}

// The second look at the rows finds them in the cache where they are few.
__global__ void deviations_of_columns(const float* rows, int64_t n, int64_t stride, int64_t columns, float* mean,
                                      float* deviation) {
  if (const int64_t j = own_column(); j < columns) {
    mean[j] = mean_of_column(rows + j, n, stride);
    deviation[j] = deviation_of_column(rows + j, n, stride, mean[j]);
  }
}

__global__ void sign_sums_of_columns(const float* rows, int64_t n, int64_t stride, int64_t columns, float* out) {
  if (const int64_t j = own_column(); j < columns) out[j] = sign_sum_of_column(rows + j, n, stride);
}

template <int N>
__global__ void order_statistics_of_columns(const float* rows, int64_t stride, int64_t columns, Rule rule,
                                            float* out) {
  if (const int64_t j = own_column(); j < columns) out[j] = order_statistic<N>(rows + j, stride, rule);
}

template <int N = 4>
void order_statistics(const float* rows, int64_t stride, int64_t columns, const Rule& rule, float* out,
                      void* stream) {
  if constexpr (N < kMostRows)
    if (rule.n > N) return order_statistics<2 * N>(rows, stride, columns, rule, out, stream);
  if (rule.n > N) throw std::runtime_error("CUDA kernel order_statistics: more than 128 rows");
  order_statistics_of_columns<N>
      <<<blocks_for(columns), kThreads, 0, as_stream(stream)>>>(rows, stride, columns, rule, out);
  check_launch("order_statistics");
}

}  // namespace

void column_mean(const float* rows, int64_t n, int64_t stride, int64_t columns, float* out, void* stream) {
  mean_of_columns<<<blocks_for(columns), kThreads, 0, as_stream(stream)>>>(rows, n, stride, columns, out);
  check_launch("column_mean");
}

void column_mean_deviation(const float* rows, int64_t n, int64_t stride, int64_t columns, float* mean,
                           float* deviation, void* stream) {
  deviations_of_columns<<<blocks_for(columns), kThreads, 0, as_stream(stream)>>>(rows, n, stride, columns, mean,
                                                                                 deviation);
  check_launch("column_mean_deviation");
}

void column_sign_sum(const float* rows, int64_t n, int64_t stride, int64_t columns, float* out, void* stream) {
  sign_sums_of_columns<<<blocks_for(columns), kThreads, 0, as_stream(stream)>>>(rows, n, stride, columns, out);
  check_launch("column_sign_sum");
}

void column_median(const float* rows, int64_t n, int64_t stride, int64_t columns, bool lower, float* out,
                   void* stream) {
  const Rule rule{.kind = lower ? Rule::Kind::lower_median : Rule::Kind::median, .n = n};
  order_statistics(rows, stride, columns, rule, out, stream);
}

void column_trimmed_mean(const float* rows, int64_t n, int64_t stride, int64_t columns, int64_t trim,
                         float* out, void* stream) {
  order_statistics(rows, stride, columns, {.kind = Rule::Kind::trimmed_mean, .n = n, .trim = trim}, out, stream);
}

void column_mean_around(const float* rows, int64_t n, int64_t stride, int64_t columns, Centre centre,
                        int64_t trim, int64_t keep, float* out, void* stream) {
  const Rule rule{.kind = Rule::Kind::around, .n = n, .trim = trim, .keep = keep, .centre = centre};
  order_statistics(rows, stride, columns, rule, out, stream);
}

}  // namespace varangian::kernels::cuda

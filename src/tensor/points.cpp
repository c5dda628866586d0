#include "kernels/combine.h"
#include "kernels/gram.h"
#include "tensor/points_on_device.h"
#include "varangian/error.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <cmath>

namespace varangian {
namespace {

constexpr int64_t kBlock = 8192;
constexpr int64_t kParts = 64;  // of which a Gram matrix is the sum: fixed, so that threads change no bit

const at::Tensor& some(const Points& points) {
  for (const at::Tensor& point : points)
    if (point.defined()) return point;
  throw Error("no row is given");
}

std::vector<const float*> pointers(const Points& points, int64_t begin) {
  std::vector<const float*> all;
  for (const at::Tensor& point : points)
    all.push_back(point.defined() ? point.const_data_ptr<float>() + begin : nullptr);
  return all;
}

std::vector<double> gram_by(const Points& points, kernels::Products products, Parallel& parallel) {
  const int64_t columns = some(points).numel(), m = static_cast<int64_t>(points.size());
  const int64_t width = std::max<int64_t>(1, (columns + kParts * kBlock - 1) / (kParts * kBlock)) * kBlock;
  const int64_t parts = (columns + width - 1) / width;
  std::vector<double> sums(static_cast<size_t>(parts * m * m));
  parallel.for_each(parts, [&](int64_t part) {
    kernels::gram(pointers(points, part * width).data(), m, std::min(width, columns - part * width), products,
                  sums.data() + part * m * m);
  });
  for (int64_t part = 1; part < parts; ++part)
    for (int64_t i = 0; i < m * m; ++i)
      sums[static_cast<size_t>(i)] += sums[static_cast<size_t>(part * m * m + i)];
  sums.resize(static_cast<size_t>(m * m));
  return sums;
}

// Whether floats rounded away the digits of a distance, since two points that are not equal lie much nearer
// to each other than to the common row, or could not hold a square.
bool needs_doubles(const std::vector<double>& products, size_t m) {
  constexpr double kEnough = 1e-2;
  for (size_t i = 0; i < m; ++i)
    for (size_t j = 0; j < i; ++j) {
      const double scale = products[i * m + i] + products[j * m + j];
      const double distance = scale - 2 * products[i * m + j];
      if (!std::isfinite(scale) || (distance != 0 && distance < kEnough * scale)) return true;
    }
  return false;
}

}  // namespace

Points rows_of(const at::Tensor& matrix) {
  Points points;
  for (int64_t r = 0; r < matrix.size(0); ++r) points.push_back(matrix[r]);
  return points;
}

void for_each_block(int64_t columns, const at::Tensor& like, Parallel& parallel,
                    const std::function<void(int64_t, int64_t)>& body) {
  if (!like.is_cpu()) return body(0, columns);
  parallel.for_each((columns + kBlock - 1) / kBlock,
                    [&](int64_t block) { body(block * kBlock, std::min(kBlock, columns - block * kBlock)); });
}

std::vector<double> gram(const Points& points, Parallel& parallel) {
  if (!some(points).is_cpu()) return gram_on_device(points);
  std::vector<double> products = gram_by(points, kernels::Products::in_float, parallel);
  if (needs_doubles(products, points.size()))
    products = gram_by(points, kernels::Products::in_double, parallel);
  return products;
}

void mix(const Points& points, const Mixing& mixing, int64_t begin, at::Tensor outs) {
  const int64_t k = outs.size(0), width = outs.size(1), m = static_cast<int64_t>(points.size());
  VARANGIAN_ASSERT_EQ(mixing.points, m);
  if (!outs.is_cpu()) return mix_on_device(points, mixing, begin, outs);
  std::vector<float> coefficients;
  for (const Coefficients& row : mixing.rows) {
    if (is_lost(row))  // so that nothing reads points that are not finite, which a message beside it has no
                       // part in
      coefficients.resize(coefficients.size() + row.size());
    else
      coefficients.insert(coefficients.end(), row.begin(), row.end());
  }
  std::vector<float*> into;
  for (int64_t r = 0; r < k; ++r) into.push_back(outs.data_ptr<float>() + r * outs.stride(0));
  kernels::combine(pointers(points, begin).data(), m, coefficients.data(), k, width, into.data());
  for (int64_t r = 0; r < k; ++r)
    if (is_lost(mixing.rows[static_cast<size_t>(r)])) outs[r].fill_(NAN);
}

void combine(const Points& points, const Coefficients& coefficients, at::Tensor out, Parallel& parallel) {
  const int64_t m = static_cast<int64_t>(points.size());
  if (!out.is_cpu()) return mix_on_device(points, {.points = m, .rows = {coefficients}}, 0, out.unsqueeze(0));
  if (is_lost(coefficients)) {
    out.fill_(NAN);
    return;
  }
  const std::vector<float> weights(coefficients.begin(), coefficients.end());
  for_each_block(out.numel(), out, parallel, [&](int64_t begin, int64_t width) {
    float* const into = out.data_ptr<float>() + begin;
    kernels::combine(pointers(points, begin).data(), m, weights.data(), 1, width, &into);
  });
}

// Doubles everywhere, about the finite row of least norm.
std::vector<double> gram_on_device(const Points& points) {
  const at::Tensor& like = some(points);
  std::vector<at::Tensor> rows;
  for (const at::Tensor& point : points) rows.push_back(point.defined() ? point : at::zeros_like(like));
  const at::Tensor x = at::stack(rows).to(at::kDouble);
  const at::Tensor norms = x.square().sum(1);
  const at::Tensor ranked = at::nan_to_num(norms, INFINITY, INFINITY);
  std::vector<double> known(points.size());
  const at::Tensor host = ranked.cpu();
  size_t least = points.size();
  for (size_t i = 0; i < points.size(); ++i) {
    known[i] = host.const_data_ptr<double>()[i];
    if (points[i].defined() && std::isfinite(known[i]) && (least == points.size() || known[i] < known[least]))
      least = i;
  }
  const at::Tensor centred = least == points.size() ? x : x.sub(x[static_cast<int64_t>(least)]);
  // A product with a row that is not finite would spoil whole rows of the product: those rows go by a mask.
  const at::Tensor bad = ranked.isinf();
  const at::Tensor safe = centred.masked_fill(bad.unsqueeze(1), 0);
  const at::Tensor product = at::mm(safe, safe.t())
                                 .masked_fill(bad.unsqueeze(1).logical_or(bad.unsqueeze(0)), NAN)
                                 .cpu()
                                 .contiguous();
  return {product.const_data_ptr<double>(), product.const_data_ptr<double>() + product.numel()};
}

void mix_on_device(const Points& points, const Mixing& mixing, int64_t begin, at::Tensor outs) {
  for (int64_t r = 0; r < outs.size(0); ++r) {
    const Coefficients& row = mixing.rows[static_cast<size_t>(r)];
    at::Tensor out = outs[r];
    out.zero_();
    if (is_lost(row)) {
      out.fill_(NAN);
      continue;
    }
    for (size_t i = 0; i < points.size(); ++i)
      if (row[i] != 0 && points[i].defined()) out.add_(points[i].narrow(0, begin, outs.size(1)), row[i]);
  }
}

}  // namespace varangian

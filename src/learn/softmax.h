#pragma once

#include <ATen/ATen.h>

namespace varangian {

// Softmax over the classes, dimension 1 of [S, classes], along the order in memory: the outputs of a narrow
// linear layer lie transposed, and so the loops run over samples, ten times as fast as over ten classes.

inline at::Tensor softmax(const at::Tensor& x) {
  return x.t().is_contiguous() ? at::softmax(x.t(), 0).t() : at::softmax(x, 1);
}

inline at::Tensor log_softmax(const at::Tensor& x) {
  return x.t().is_contiguous() ? at::log_softmax(x.t(), 0).t() : at::log_softmax(x, 1);
}

/// From the gradient with respect to y = log_softmax(x) to that with respect to x.
inline at::Tensor log_softmax_backward(const at::Tensor& grad, const at::Tensor& y) {
  if (y.t().is_contiguous()) return at::_log_softmax_backward_data(grad.t(), y.t(), 0, y.scalar_type()).t();
  return at::_log_softmax_backward_data(grad, y, 1, y.scalar_type());
}

}  // namespace varangian

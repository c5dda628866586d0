#include "adversaries/alie_z.h"

#include "varangian/error.h"

#include <cmath>

namespace varangian {
namespace {

double normal_quantile(double p) {
  double low = -40, high = 40;
  for (int step = 0; step < 80; ++step) {
    const double middle = (low + high) / 2;
    (std::erfc(-middle / std::sqrt(2.0)) / 2 < p ? low : high) = middle;
  }
  return (low + high) / 2;
}

}  // namespace

double alie_z(const std::string& reading, double z, int64_t n, int64_t f) {
  if (reading == "given") return z;
  const int64_t supporters = n / 2 + 1 - f, among = reading == "neurips" ? n : n - f;
  const double share = static_cast<double>(among - supporters) / static_cast<double>(among);
  if (share <= 0.5 || share >= 1)
    throw Error::format(
        "has no positive z for n = {}, f = {} by the reading \"{}\" (Phi(z) = {:.3g}); set \"quantile\" to "
        "\"given\" and choose z",
        n, f, reading, share);
  return normal_quantile(share);
}

}  // namespace varangian

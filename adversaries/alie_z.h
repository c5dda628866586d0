#pragma once

#include <cstdint>
#include <string>

namespace varangian {

/// ALIE's number of deviations: with s = floor(n / 2) + 1 - f supporters to win over, by the reading
/// "neurips", Phi(z) = (n - s) / n, or "arxiv", Phi(z) = (n - f - s) / (n - f); "given" returns z. Throws
/// Error where the formula gives no positive z.
double alie_z(const std::string& reading, double z, int64_t n, int64_t f);

}  // namespace varangian

#include "varangian/columns.h"
#include "varangian/diagnostic.h"

#include <ATen/ATen.h>

namespace varangian {
namespace {

// NaN where one of the two is zero: it has no direction.
at::Tensor cosine(const at::Tensor& x, const at::Tensor& y) {
  return inner_product(x, y).div(sum_of_squares(x).sqrt().mul(sum_of_squares(y).sqrt()));
}

class CosineToHonest final : public Diagnostic {
 public:
  explicit CosineToHonest(const Values&) {}

  std::vector<std::string> columns() const override { return {"cosine_to_honest"}; }
  std::vector<std::string> worker_columns() const override { return {"cosine_to_honest"}; }

  Measurement measure(const Observation& seen) const override {
    std::vector<at::Tensor> workers;
    for (int64_t row = 0; row < seen.wire.workers(); ++row)
      workers.push_back(cosine(dense_row(seen.wire, row), seen.honest_mean));
    return {.of_round = {cosine(seen.update, seen.honest_mean)}, .of_workers = {at::stack(workers)}};
  }
};

const Descriptor kCosineToHonest{
    .kind = Kind::diagnostic,
    .name = "cosine_to_honest",
    .summary =
        "cosine with the mean of the honest workers' dense messages: of the update, and of each message",
};

}  // namespace
VARANGIAN_REGISTER(CosineToHonest, kCosineToHonest)
}  // namespace varangian

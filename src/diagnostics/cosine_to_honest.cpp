#include "varangian/columns.h"
#include "varangian/diagnostic.h"

#include <ATen/ATen.h>

namespace varangian {
namespace {

class CosineToHonest final : public Diagnostic {
 public:
  explicit CosineToHonest(const Values&) {}

  std::vector<std::string> columns() const override { return {"cosine_to_honest"}; }

  std::vector<at::Tensor> measure(const Observation& seen) const override {
    const at::Tensor norms = sum_of_squares(seen.update).mul(sum_of_squares(seen.honest_mean)).sqrt();
    return {inner_product(seen.update, seen.honest_mean).div(norms)};
  }
};

const Descriptor kDescriptor{
    .kind = Kind::diagnostic,
    .name = "cosine_to_honest",
    .summary = "cosine of the update with the mean of the honest workers' messages",
};

}  // namespace
VARANGIAN_REGISTER(CosineToHonest, kDescriptor)
}  // namespace varangian

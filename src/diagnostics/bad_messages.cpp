#include "varangian/columns.h"
#include "varangian/diagnostic.h"

#include <ATen/ATen.h>

namespace varangian {
namespace {

// Messages with a number that is NaN or infinite. A sign wire cannot carry any.
class BadMessages final : public Diagnostic {
 public:
  explicit BadMessages(const Values&) {}

  std::vector<std::string> columns() const override { return {"bad_messages"}; }
  std::vector<std::string> worker_columns() const override { return {"bad_message"}; }

  Measurement measure(const Observation& seen) const override {
    std::vector<at::Tensor> bad;
    for (int64_t row = 0; row < seen.wire.workers(); ++row) {
      const at::Tensor squares = sum_of_squares(dense_row(seen.wire, row));
      bad.push_back(squares.sub(squares).ne(0).to(at::kDouble));  // Inf - Inf is NaN
    }
    const at::Tensor all = at::stack(bad);
    return {.of_round = {all.sum()}, .of_workers = {all}};
  }
};

const Descriptor kBadMessages{
    .kind = Kind::diagnostic,
    .name = "bad_messages",
    .summary = "messages with a number that is not finite, in a round and by worker",
};

}  // namespace
VARANGIAN_REGISTER(BadMessages, kBadMessages)
}  // namespace varangian

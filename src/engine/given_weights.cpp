#include "engine/given_weights.h"

#include "record/safetensors.h"
#include "varangian/error.h"

#include <ATen/ATen.h>
#include <fmt/ranges.h>

#include <algorithm>

namespace varangian {

at::Tensor given_weights(const std::filesystem::path& path, int64_t parameters) {
  const TensorFile file = read_foreign_safetensors(path);
  std::vector<std::string> names;
  for (const auto& [name, tensor] : file.tensors) {
    names.push_back(name);
    if (name != "weights") continue;
    if (!tensor.is_floating_point() || tensor.dim() != 1 || tensor.size(0) != parameters)
      throw Error::format("{}: \"weights\" has the shape [{}] in {}; this model takes [{}] in float32",
                          path.string(), fmt::join(tensor.sizes(), ", "), c10::toString(tensor.scalar_type()),
                          parameters);
    const at::Tensor weights = tensor.to(at::kFloat);
    const at::Tensor wrong = weights.isfinite().logical_not().nonzero();
    if (wrong.size(0) > 0)
      throw Error::format("{}: weight {} is {}; all must be finite", path.string(),
                          wrong[0][0].item<int64_t>(), weights[wrong[0][0].item<int64_t>()].item<float>());
    return weights;
  }
  names.resize(std::min<size_t>(names.size(), 8));
  throw Error::format("{}: has no tensor \"weights\"; it holds {}", path.string(),
                      names.empty() ? "none" : fmt::format("{}", fmt::join(names, ", ")));
}

}  // namespace varangian

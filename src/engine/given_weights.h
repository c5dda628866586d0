#pragma once

#include <ATen/core/Tensor.h>

#include <filesystem>

namespace varangian {

/// The tensor "weights" of a safetensors file, whoever wrote it: a run's weights, a checkpoint, or
/// `parameters_to_vector(model.parameters())` of a PyTorch model of the same layers. float32 [parameters].
/// Throws Error that says what is wrong when it is missing, has another length or holds numbers that are not
/// finite.
at::Tensor given_weights(const std::filesystem::path& path, int64_t parameters);

}  // namespace varangian

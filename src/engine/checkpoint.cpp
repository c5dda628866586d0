#include "engine/checkpoint.h"

#include "engine/device.h"
#include "record/safetensors.h"
#include "varangian/error.h"
#include "varangian/version.h"

#include <ATen/ATen.h>
#include <torch/headeronly/version.h>

#include <cstdlib>

namespace varangian {
namespace {

constexpr std::string_view kLength = "length:";

int64_t number(const std::string& text) { return std::strtoll(text.c_str(), nullptr, 10); }

Position load(const RunDirectory& directory, const std::filesystem::path& path, State& state) {
  const TensorFile file = read_safetensors(path);
  Position position;
  for (const auto& [key, value] : file.metadata) {
    if (key == "round") position.round = number(value);
    if (key == "last") position.last = value;
    if (key == "machine") position.machine = value;
    if (key.starts_with(kLength)) position.lengths[key.substr(kLength.size())] = number(value);
  }
  for (const auto& [name, length] : position.lengths) {
    std::error_code failure;
    const uintmax_t size = std::filesystem::file_size(directory.file(name), failure);
    if (failure || size < static_cast<uintmax_t>(length))
      throw Error::format("{}: {} is shorter than it was at this checkpoint", path.string(), name);
  }
  const std::map<std::string, at::Tensor> tensors(file.tensors.begin(), file.tensors.end());
  for (const State::Entry& entry : state.entries()) {
    const auto found = tensors.find(entry.name);
    if (found == tensors.end() || found->second.sizes() != entry.value.sizes() ||
        found->second.scalar_type() != entry.value.scalar_type())
      throw Error::format("{}: \"{}\" does not fit this run", path.string(), entry.name);
  }
  for (const State::Entry& entry : state.entries()) at::Tensor(entry.value).copy_(tensors.at(entry.name));
  return position;
}

}  // namespace

std::string machine_identity(at::Device device) {
  return fmt::format("{}, LibTorch {}.{}.{}, engine {}", device.is_cuda() ? gpu_name() : cpu_capability(),
                     TORCH_VERSION_MAJOR, TORCH_VERSION_MINOR, TORCH_VERSION_PATCH, kEngineRevision);
}

void save_checkpoint(const RunDirectory& directory, const State& state, const Position& position) {
  TensorFile file;
  for (const State::Entry& entry : state.entries()) file.tensors.emplace_back(entry.name, entry.value);
  file.metadata = {{"varangian", kVersion},
                   {"round", std::to_string(position.round)},
                   {"last", position.last},
                   {"machine", machine_identity(state["weights"].device())}};
  for (const auto& [name, length] : position.lengths)
    file.metadata[std::string(kLength) + name] = std::to_string(length);
  directory.require_ours();
  write_safetensors(directory.checkpoint(position.round), file);
  directory.keep_two_checkpoints(position.round);
}

std::optional<Position> load_checkpoint(const RunDirectory& directory, State& state,
                                        const std::function<void(const std::string&)>& warn) {
  for (const std::filesystem::path& path : directory.checkpoints()) {
    try {
      return load(directory, path, state);
    } catch (const Error& error) {
      warn(fmt::format("{}; taking the checkpoint before, or the start", error.what()));
    }
  }
  return std::nullopt;
}

}  // namespace varangian

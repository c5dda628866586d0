#pragma once

#include "experiments/config.h"

#include <ATen/core/Tensor.h>

#include <string>

namespace varangian {

/// What makes a run this run: the parts of its config that can change its curve, the content of the files
/// that it reads, and the revisions of the code that it uses.
struct Identity {
  std::string id;  ///< 12 hexadecimal digits of the SHA-256 of `content`
  Json content;    ///< {"config", "files", "code"}
};

/// Throws Error when a file that the run needs is missing.
Identity identify(const RunConfig& run, at::Device device);

/// The id of a content.
std::string content_id(const Json& content);

/// False when more rounds would change the rounds before: such a run has its number of rounds in its
/// identity.
bool can_be_prolonged(const RunConfig& run);

}  // namespace varangian

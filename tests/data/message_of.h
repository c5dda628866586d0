#pragma once

#include "data/dataset.h"
#include "varangian/error.h"

#include <string>

namespace varangian {

/// What loading complains of, or "no error".
inline std::string message_of(const SampleDataset& data) {
  try {
    data.load();
  } catch (const Error& error) {
    return error.what();
  }
  return "no error";
}

}  // namespace varangian

#include "learn/task.h"

namespace varangian {

Task::~Task() = default;

std::string_view to_string(Split split) {
  return split == Split::train ? "train" : split == Split::validation ? "validation" : "test";
}

}  // namespace varangian

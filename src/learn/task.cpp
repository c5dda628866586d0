#include "learn/task.h"

namespace varangian {

Task::~Task() = default;

}  // namespace varangian

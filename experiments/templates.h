#pragma once

#include <functional>
#include <map>
#include <string>

namespace varangian {

/// The files of experiments/templates/ by their names, as they were when the program was built.
const std::map<std::string, std::string, std::less<>>& templates();

}  // namespace varangian

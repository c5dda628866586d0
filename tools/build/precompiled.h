// What most files include and what is slow to compile; nothing of ours.
#include <ATen/ATen.h>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

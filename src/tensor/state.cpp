#include "varangian/state.h"

#include "varangian/error.h"

namespace varangian {

at::Tensor State::add(std::string name, std::vector<Axis> axes, at::Tensor value) {
  VARANGIAN_ASSERT_EQ(static_cast<int64_t>(axes.size()), value.dim());
  for (const Entry& entry : entries_)
    if (entry.name == name) throw Error::format("two states have the name \"{}\"", name);
  entries_.push_back({std::move(name), std::move(axes), std::move(value)});
  return entries_.back().value;
}

const at::Tensor& State::operator[](const std::string& name) const {
  for (const Entry& entry : entries_)
    if (entry.name == name) return entry.value;
  throw Error::format("no state has the name \"{}\"", name);
}

}  // namespace varangian

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

State State::part(const std::string& prefix) const {
  State part;
  for (const Entry& entry : entries_)
    if (entry.name.starts_with(prefix))
      part.entries_.push_back({entry.name.substr(prefix.size()), entry.axes, entry.value});
  return part;
}

State State::part(const std::string& prefix, int64_t first, int64_t count) const {
  State part = this->part(prefix);
  for (Entry& entry : part.entries_)
    if (!entry.axes.empty() && entry.axes.front() == Axis::worker)
      entry.value = entry.value.narrow(0, first, count);
  return part;
}

const at::Tensor& State::operator[](const std::string& name) const {
  for (const Entry& entry : entries_)
    if (entry.name == name) return entry.value;
  throw Error::format("no state has the name \"{}\"", name);
}

}  // namespace varangian

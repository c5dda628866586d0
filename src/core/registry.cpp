#include "varangian/component.h"

#include "core/nearest.h"

namespace varangian {

Component::~Component() = default;

Registry& Registry::instance() {
  static Registry registry;
  return registry;
}

void Registry::add(Descriptor descriptor, Factory factory) {
  const auto key = std::make_pair(descriptor.kind, descriptor.name);
  if (entries_.contains(key))
    throw Error::format("there are two components of kind {} with the name \"{}\"",
                        to_string(descriptor.kind), descriptor.name);
  entries_.emplace(key, Entry{std::move(descriptor), std::move(factory)});
}

const Descriptor* Registry::find(Kind kind, const std::string& name) const {
  const auto it = entries_.find({kind, name});
  return it == entries_.end() ? nullptr : &it->second.descriptor;
}

const Descriptor& Registry::describe(Kind kind, const std::string& name) const {
  if (const Descriptor* descriptor = find(kind, name)) return *descriptor;
  std::vector<std::string> names;
  for (const Descriptor* other : list(kind)) names.push_back(other->name);
  throw Error::format("unknown {} \"{}\"{}", to_string(kind), name, suggestion(name, names));
}

std::vector<const Descriptor*> Registry::list(Kind kind) const {
  std::vector<const Descriptor*> found;
  for (const auto& [key, entry] : entries_)
    if (key.first == kind) found.push_back(&entry.descriptor);
  return found;
}

std::unique_ptr<Component> Registry::make(Kind kind, const std::string& name, const Values& values) const {
  describe(kind, name);
  return entries_.at({kind, name}).factory(values);
}

}  // namespace varangian

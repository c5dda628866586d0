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
  if (const auto known = entries_.find(key); known != entries_.end()) {
    const std::string& origin = known->second.origin;
    throw Error::format("there is a component of kind {} with the name \"{}\" already: {}; rename this one",
                        to_string(descriptor.kind), descriptor.name,
                        origin.empty() ? "the program's own" : "that of plugin " + origin);
  }
  entries_.emplace(key, Entry{std::move(descriptor), std::move(factory), adding_from_});
}

const std::string& Registry::origin(Kind kind, const std::string& name) const {
  describe(kind, name);
  return entries_.at({kind, name}).origin;
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
  const Entry& entry = entries_.at({kind, name});
  std::string title = fmt::format("{} \"{}\"", to_string(kind), name);
  if (!entry.origin.empty()) title += " of plugin " + entry.origin;
  std::unique_ptr<Component> component;
  try {
    component = entry.factory(values);
  } catch (const std::exception& error) {
    if (entry.origin.empty()) throw;
    throw Error::format("{} cannot be made: {}", title, error.what());
  } catch (...) {
    throw Error::format("{} cannot be made: it throws what is not a std::exception", title);
  }
  component->title_ = std::move(title);
  component->origin_ = entry.origin;
  return component;
}

}  // namespace varangian

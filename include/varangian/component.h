#pragma once

#include "varangian/descriptor.h"
#include "varangian/error.h"

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace varangian {

/// What every registered class derives from, through the interface of its kind.
class Component {
 public:
  Component() = default;
  Component(const Component&) = delete;
  Component& operator=(const Component&) = delete;
  virtual ~Component();

  /// True when it works in a process of its own, which may end or hang in any round.
  virtual bool is_outside() const { return false; }

  /// `aggregator "median"`, or `aggregator "mine" of plugin ./mine.so`: how errors name it.
  const std::string& title() const { return title_; }
  /// The plugin's file as the config names it; "" when it is the program's own.
  const std::string& origin() const { return origin_; }

 private:
  friend class Registry;
  std::string title_, origin_;
};

using Factory = std::function<std::unique_ptr<Component>(const Values&)>;

/// All components of the program and of the plugins loaded so far. Filled at start, then only read.
class Registry {
 public:
  static Registry& instance();

  /// Throws Error when the kind has a component of that name already.
  void add(Descriptor descriptor, Factory factory);

  /// Names the plugin whose components are added from now on; "" when they are the program's own again.
  void adding_from(std::string plugin) { adding_from_ = std::move(plugin); }

  /// The plugin that brought a component, as the config names its file; "" when it is the program's own.
  const std::string& origin(Kind kind, const std::string& name) const;

  /// Null when there is none.
  const Descriptor* find(Kind kind, const std::string& name) const;

  /// Throws Error that names what exists, nearest first.
  const Descriptor& describe(Kind kind, const std::string& name) const;

  /// In order of name.
  std::vector<const Descriptor*> list(Kind kind) const;

  /// What a plugin's constructor throws becomes an Error that names the plugin.
  std::unique_ptr<Component> make(Kind kind, const std::string& name, const Values& values) const;

 private:
  struct Entry {
    Descriptor descriptor;
    Factory factory;
    std::string origin;
  };
  std::string adding_from_;
  std::map<std::pair<Kind, std::string>, Entry> entries_;
};

/// Makes a component by name, as the interface `T` of its kind. Components may be built from others by it.
template <typename T>
std::unique_ptr<T> make(Kind kind, const std::string& name, const Values& values) {
  std::unique_ptr<Component> component = Registry::instance().make(kind, name, values);
  T* typed = dynamic_cast<T*>(component.get());
  if (typed == nullptr)
    throw Error::format("{} \"{}\" does not have the interface that this engine asks for", to_string(kind),
                        name);
  component.release();
  return std::unique_ptr<T>(typed);
}

/// The same, of a parameter that selects a component.
template <typename T>
std::unique_ptr<T> make(Kind kind, const Selection& chosen) {
  return make<T>(
      kind, chosen.name,
      chosen.values ? *chosen.values : values_for(Registry::instance().describe(kind, chosen.name)));
}

/// How the registry makes a T, which needs a constructor from `const Values&`.
template <typename T>
Factory factory_of() {
  return [](const Values& values) -> std::unique_ptr<Component> { return std::make_unique<T>(values); };
}

struct Registration {
  Registration(Descriptor descriptor, Factory factory) {
    Registry::instance().add(std::move(descriptor), std::move(factory));
  }
};

}  // namespace varangian

/// At the end of a component's file, outside the unnamed namespace: registers it. The same file compiled
/// alone with -DVARANGIAN_AS_PLUGIN becomes a plugin (see plugin.h), which must not touch the registry before
/// its versions are compared.
#ifdef VARANGIAN_AS_PLUGIN
#include "varangian/plugin.h"
#define VARANGIAN_REGISTER(Class, descriptor)                                       \
  VARANGIAN_PLUGIN_INFO()                                                           \
  extern "C" __attribute__((visibility("default"))) void varangian_plugin_register( \
      varangian::Registry& registry) {                                              \
    registry.add(descriptor, varangian::factory_of<Class>());                       \
  }
#else
#define VARANGIAN_REGISTER(Class, descriptor) \
  static const varangian::Registration registration_of_##Class(descriptor, varangian::factory_of<Class>());
#endif

#include "process/component_process.h"

#include "varangian/error.h"

#include <ATen/ATen.h>

namespace varangian {
namespace {

constexpr int kProtocol = 1;

// An axis in words or as a number: "n" (an adversary's "workers"), "columns", 3.
std::pair<Axis, int64_t> axis_of(const Json& entry, const std::string& name, const std::string& row_axis,
                                 int64_t n, int64_t columns) {
  if (entry == row_axis) return {Axis::worker, n};
  if (entry == "columns") return {Axis::column, columns};
  if (entry.is_number_integer() && entry.get<int64_t>() >= 0) return {Axis::none, entry.get<int64_t>()};
  throw Error::format("its state \"{}\" has an axis {}, want \"{}\", \"columns\" or a length", name,
                      shown(entry), row_axis);
}

at::ScalarType type_of(const Json& entry, const std::string& name) {
  if (entry == "float32") return at::kFloat;
  if (entry == "float64") return at::kDouble;
  if (entry == "int64") return at::kLong;
  throw Error::format("its state \"{}\" has type {}, want \"float32\", \"float64\" or \"int64\"", name,
                      shown(entry));
}

}  // namespace

std::vector<Parameter> process_parameters() {
  return {{.name = "command",
           .summary = "the program and its arguments; files among them are part of a run's identity",
           .initial = std::vector<std::string>{},
           .required = true,
           .is_file = true},
          {.name = "parameters",
           .summary = "handed to the program as they are, any JSON",
           .initial = std::string("{}"),
           .is_json = true},
          {.name = "seconds",
           .summary = "how long an answer may take; 0: for ever, as a debugger wants",
           .initial = 60.0,
           .low = 0,
           .high = 1e6,
           .unit = "s",
           .changes_curve = false}};
}

ComponentProcess::ComponentProcess(Kind kind, const Values& values)
    : kind_(kind),
      parameters_(Json::parse(values.text("parameters"))),
      child_(std::make_unique<ChildProcess>(values.texts("command"), values.number("seconds"))) {}

const Json& ComponentProcess::introduction() const {
  std::call_once(introduced_, [&] {
    const Json answer = child_->ask({{"ask", "start"},
                                     {"protocol", kProtocol},
                                     {"kind", std::string(to_string(kind_))},
                                     {"parameters", parameters_}},
                                    {}, {});
    if (answer.value("protocol", Json()) != kProtocol)
      throw Error::format(
          "it speaks protocol {}, this program {}; take the varangian_plugin.py of this program",
          shown(answer.value("protocol", Json())), kProtocol);
    if (const Json kind = answer.value("kind", Json()); kind != std::string(to_string(kind_)))
      throw Error::format("it serves as {}, want {}", shown(kind), to_string(kind_));
    introduction_ = answer;
  });
  return introduction_;
}

std::vector<std::string> ComponentProcess::texts(const std::string& key) const {
  std::vector<std::string> all;
  const Json list = introduction().value(key, Json::array());
  if (!list.is_array()) throw Error::format("its \"{}\" are {}, want a list of texts", key, shown(list));
  for (const Json& entry : list) {
    if (!entry.is_string()) throw Error::format("one of its \"{}\" is {}, want a text", key, shown(entry));
    all.push_back(entry);
  }
  return all;
}

std::vector<State::Entry> ComponentProcess::state(const std::string& prefix, int64_t n,
                                                  int64_t columns) const {
  std::vector<State::Entry> entries;
  const std::string row_axis = kind_ == Kind::adversary ? "workers" : "n";
  const Json declared = introduction().value("state", Json::object());
  if (!declared.is_object()) throw Error::format("its state is {}, want an object", shown(declared));
  for (const auto& [name, entry] : declared.items()) {
    if (!entry.is_object() || !entry.contains("shape") || !entry["shape"].is_array())
      throw Error::format("its state \"{}\" is {}, want a shape and a type", name, shown(entry));
    std::vector<Axis> axes;
    std::vector<int64_t> sizes;
    for (const Json& axis : entry["shape"]) {
      const auto [kind, size] = axis_of(axis, name, row_axis, n, columns);
      axes.push_back(kind);
      sizes.push_back(size);
    }
    const at::ScalarType type = type_of(entry.value("type", Json("float32")), name);
    entries.push_back({prefix + name, axes, at::zeros(sizes, type)});
  }
  return entries;
}

Json ComponentProcess::ask(Json request, const std::vector<NamedArray>& inputs,
                           const std::vector<NamedArray>& outputs, const Questions& questions) const {
  introduction();
  return child_->ask(std::move(request), inputs, outputs, questions);
}

uint64_t seed_for(const Random& random, int64_t worker) {
  const auto bits = random.bits(static_cast<uint32_t>(worker), 0);
  return uint64_t{bits[1]} << 32 | bits[0];
}

}  // namespace varangian

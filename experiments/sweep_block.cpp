#include "experiments/sweep_block.h"

#include "core/nearest.h"

#include <algorithm>

namespace varangian {
namespace {

class BlockReader {
 public:
  BlockReader(const Json& block, std::string at, Problems& problems)
      : at_(std::move(at)), problems_(problems) {
    static const std::vector<std::string> kKeys = {"grid", "zip", "cases", "seeds", "inapplicable", "select"};
    if (!block.is_object()) {
      problems_.add(at_, fmt::format("{} is not a sweep block: an object with grid, zip, cases or seeds",
                                     shown(block)));
      return;
    }
    for (const auto& [key, value] : block.items()) {
      if (key == "cases")
        cases(value);
      else if (key == "grid")
        grid(value);
      else if (key == "zip")
        zip(value);
      else if (key == "seeds")
        block_.seeds = whole(value, key);
      else if (key == "inapplicable")
        inapplicable(value);
      else if (key != "select")
        problems_.add(child(at_, key), fmt::format("unknown key{}", suggestion(key, kKeys)));
    }
    block_.select_at = child(at_, std::string("select"));
    if (block.contains("select"))  // last: it names the axes
      block_.selection = parse_selection(block.at("select"), block_.select_at, axis_names(), problems_);
  }

  SweepBlock finish() { return std::move(block_); }

 private:
  std::vector<std::vector<std::string>> axis_names() const {
    std::vector<std::vector<std::string>> names;
    for (const SweepAxis& axis : block_.axes) {
      names.emplace_back();
      for (const auto& [name, value] : axis.front().swept.items()) names.back().push_back(name);
    }
    return names;
  }

  int64_t whole(const Json& value, const std::string& key) {
    if (value.is_number_integer() && value >= 1 && value <= 100000) return value;
    problems_.add(child(at_, key), fmt::format("{} is not a whole number from 1", shown(value)));
    return 1;
  }

  void inapplicable(const Json& value) {
    static const std::vector<std::string> kPolicies = {"error", "skip", "force"};
    block_.policy = value.is_string() ? value.get<std::string>() : "";
    if (block_.policy == "force")
      problems_.add(child(at_, std::string("inapplicable")), "\"force\" is not available yet; take \"skip\"");
    if (std::find(kPolicies.begin(), kPolicies.end(), block_.policy) == kPolicies.end())
      problems_.add(child(at_, std::string("inapplicable")),
                    fmt::format("unknown choice {}{}", shown(value), suggestion(block_.policy, kPolicies)));
  }

  void cases(const Json& axes) {
    if (!axes.is_object())
      return problems_.add(child(at_, std::string("cases")), "not an object of labelled axes");
    for (const auto& [name, labels] : axes.items()) {
      const std::string at = child(child(at_, std::string("cases")), name);
      SweepAxis axis;
      if (!labels.is_object() || labels.empty()) {
        problems_.add(at, "not an object of labels, each with the settings that it stands for");
        continue;
      }
      for (const auto& [label, settings] : labels.items()) {
        if (!settings.is_object()) {
          problems_.add(child(at, label), "not an object from JSON pointers to values");
          continue;
        }
        SweepPoint point;
        for (const auto& [pointer, value] : settings.items()) point.settings.emplace_back(pointer, value);
        point.swept[name] = label;
        axis.push_back(std::move(point));
      }
      block_.axes.push_back(std::move(axis));
    }
  }

  void grid(const Json& pointers) {
    if (!pointers.is_object())
      return problems_.add(child(at_, std::string("grid")), "not an object from JSON pointers to lists");
    for (const auto& [pointer, values] : pointers.items()) {
      const std::string at = child(child(at_, std::string("grid")), pointer);
      SweepAxis axis;
      if (!values.is_array() || values.empty()) {
        problems_.add(at, fmt::format("{} is not a list of values", shown(values)));
        continue;
      }
      for (const Json& value : values) {
        SweepPoint point{.settings = {{pointer, value}}};
        point.swept[pointer] = value;
        axis.push_back(std::move(point));
      }
      block_.axes.push_back(std::move(axis));
    }
  }

  void zip(const Json& pointers) {
    if (!pointers.is_object())
      return problems_.add(child(at_, std::string("zip")), "not an object from JSON pointers to lists");
    SweepAxis axis;
    bool first = true;
    for (const auto& [pointer, values] : pointers.items()) {
      const std::string at = child(child(at_, std::string("zip")), pointer);
      if (!values.is_array() || values.empty() || (!first && values.size() != axis.size())) {
        problems_.add(at, fmt::format("{} is not a list as long as the others of this zip", shown(values)));
        continue;
      }
      axis.resize(values.size());
      first = false;
      for (size_t i = 0; i < values.size(); ++i) {
        axis[i].settings.emplace_back(pointer, values[i]);
        axis[i].swept[pointer] = values[i];
      }
    }
    if (!axis.empty()) block_.axes.push_back(std::move(axis));
  }

  std::string at_;
  Problems& problems_;
  SweepBlock block_;
};

}  // namespace

size_t SweepBlock::size() const {
  size_t count = static_cast<size_t>(seeds);
  for (const SweepAxis& axis : axes)
    if (__builtin_mul_overflow(count, axis.size(), &count)) return SIZE_MAX;
  return count;
}

SweepBlock read_block(const Json& block, const std::string& at, Problems& problems) {
  return BlockReader(block, at, problems).finish();
}

}  // namespace varangian

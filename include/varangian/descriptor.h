#pragma once

#include <cstdint>
#include <limits>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace varangian {

/// What a component is. One name is unique within its kind.
enum class Kind {
  adversary,
  aggregator,
  compressor,
  dataset,
  diagnostic,
  loss,
  metric,
  model,
  optimizer,
  partition,
  pre_aggregator,
  schedule,
};

/// "adversary", "aggregator", ... as used in configs, on the command line and in error messages.
std::string_view to_string(Kind kind);
const std::vector<Kind>& all_kinds();

class Values;

/// A component that another is made from, as a parameter: in configs a name, or an object with a name.
struct Selection {
  std::string name;
  std::shared_ptr<const Values> values = {};  ///< null: the defaults
};

/// The value of a parameter. A text whose parameter lists choices is one of them.
using Value = std::variant<bool, int64_t, double, std::string, std::vector<int64_t>, std::vector<std::string>,
                           Selection>;

/// One parameter of a component. Its type is the type of `initial`.
struct Parameter {
  std::string name;
  std::string summary;
  Value initial;  ///< the default; with `required` only its type counts
  double low = -std::numeric_limits<double>::infinity();  ///< inclusive, for numbers and list elements
  double high = std::numeric_limits<double>::infinity();
  bool above_low = false;                 ///< low itself is not allowed
  std::vector<std::string> choices = {};  ///< for text
  std::string unit = {};
  bool required = false;
  bool is_json = false;         ///< text that holds any JSON value; in configs it stands as that value
  Kind kind = Kind::adversary;  ///< of a Selection
  /// Text that names a file: its content, not its path, is part of a run's identity. Of a list of texts those
  /// that name files that exist.
  bool is_file = false;
  bool changes_curve = true;  ///< false: no part of a run's identity, as a deadline
};

/// What an aggregator or pre-aggregator needs and promises; the conformance tests hold it to this.
struct RuleFacts {
  std::string reads;        ///< "columns", "gram" or "rows"
  std::string complexity;   ///< in n, f and d
  std::string breakdown;    ///< how many liars it bears, as its source states it; "none": not one
  int64_t per_liar = 0;     ///< it can serve n messages, f of them liars, when
  int64_t least = 1;        ///< n >= per_liar f + least
  bool permutation = true;  ///< the order of the messages does not matter (but for ties)
  bool translation = true;  ///< adding a vector to all messages adds it to the update
  bool scale = true;        ///< multiplying all messages by a positive number multiplies the update
};

/// Why n messages with f liars among them are not enough; empty when they are.
std::string unmet_condition(const RuleFacts& rule, int64_t n, int64_t f);

/// Everything the program knows of a component without making one: it feeds the config's validation,
/// `varangian list`, `describe` and `schema`, the manifest and a run's identity.
struct Descriptor {
  Kind kind;
  std::string name;
  std::string summary;        ///< one line
  std::string citation = {};  ///< paper, equation
  std::vector<Parameter> parameters = {};
  int revision = 1;            ///< raised when the same config would give another curve
  std::string knowledge = {};  ///< adversaries: "blind", "data" or "omniscient"
  RuleFacts rule = {};         ///< aggregators and pre-aggregators
};

/// The parameters of one component after validation: every one of the descriptor is present.
class Values {
 public:
  Values() = default;
  explicit Values(std::map<std::string, Value> values) : values_(std::move(values)) {}

  bool flag(const std::string& name) const;
  int64_t integer(const std::string& name) const;
  double number(const std::string& name) const;
  const std::string& text(const std::string& name) const;
  const std::vector<int64_t>& integers(const std::string& name) const;
  const std::vector<std::string>& texts(const std::string& name) const;
  const Selection& selection(const std::string& name) const;

 private:
  template <typename T>
  const T& get(const std::string& name) const;

  std::map<std::string, Value> values_;
};

/// The descriptor's defaults, some replaced. Throws Error on a name or type that the descriptor does not
/// have. For tests and for components made from others; configs come with all values checked.
Values values_for(const Descriptor& descriptor, const std::map<std::string, Value>& given = {});

}  // namespace varangian

#include "experiments/comparison/measure.h"

#include "core/nearest.h"
#include "core/printable.h"
#include "record/csv_table.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <fstream>
#include <sstream>

namespace varangian {
namespace {

constexpr double kNever = std::numeric_limits<double>::infinity();

struct Form {
  const char* name;
  Measure::Kind kind;
  const char* parameter;  // what stands after the column, "" for nothing
};
constexpr Form kForms[] = {{"last", Measure::Kind::last, ""},
                           {"mean", Measure::Kind::mean, "10"},
                           {"best", Measure::Kind::best, ""},
                           {"area", Measure::Kind::area, ""},
                           {"rounds_to", Measure::Kind::rounds_to, "0.8"},
                           {"bits_to", Measure::Kind::bits_to, "0.8"}};

bool contains(const std::vector<std::string>& names, const std::string& name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

std::string in_words(const Measure& measure) {
  const char* reaches = higher_is_better(measure.column) ? "is at least" : "is at most";
  switch (measure.kind) {
    case Measure::Kind::last:
      return measure.column + " at the end of the run";
    case Measure::Kind::mean:
      return fmt::format("mean of the last {} values of {}", measure.count, measure.column);
    case Measure::Kind::best:
      return "best " + measure.column + " of the run";
    case Measure::Kind::area:
      return fmt::format("{}, mean over the run's rounds", measure.column);
    case Measure::Kind::rounds_to:
      return fmt::format("rounds until {} {} {}", measure.column, reaches, measure.target);
    case Measure::Kind::bits_to:
      return fmt::format("bits sent by workers and server until {} {} {}", measure.column, reaches,
                         measure.target);
  }
  return "";
}

void read_parameter(const std::string& text, Measure& measure) {
  double number = 0;
  const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), number);
  const bool is_number = failure == std::errc() && end == text.data() + text.size() && std::isfinite(number);
  if (measure.kind == Measure::Kind::mean) {
    if (!is_number || number < 1 || number > 1e9 || number != std::floor(number))
      throw Error::format(
          "--metric: \"{}\" is not a whole number of values from 1; write for example mean:{}:10", text,
          measure.column);
    measure.count = static_cast<int64_t>(number);
  } else {
    if (!is_number) throw Error::format("--metric: the target \"{}\" is not a number", text);
    measure.target = number;
  }
}

Measure finished(Measure measure) {
  const bool counts = measure.kind == Measure::Kind::rounds_to || measure.kind == Measure::Kind::bits_to;
  measure.higher = !counts && higher_is_better(measure.column);
  measure.words = in_words(measure);
  return measure;
}

bool reached(double value, const Measure& measure) {
  return higher_is_better(measure.column) ? value >= measure.target : value <= measure.target;
}

// A diverged run stays at chance, or at an infinitely bad value, from its next evaluation on.
void prolong(Curve& curve, const RunSummary& run, const Measure& measure, double worst) {
  const bool has_chance = measure.column.ends_with("_accuracy") && run.chance_accuracy.is_number();
  const double value = has_chance ? run.chance_accuracy.get<double>() : worst;
  const Json evaluate =
      run.config.is_object() ? run.config.value("evaluate", Json::object()) : Json::object();
  const Json asked = evaluate.is_object() ? evaluate.value("every", Json()) : Json();
  const double end = static_cast<double>(std::max(run.rounds, run.rounds_done));
  double every = asked.is_number() ? asked.get<double>() : end;
  if (!(every >= 1) || end / every > 1e5) every = std::max(end, 1.0);
  const double from = curve.rounds.empty() ? -1 : curve.rounds.back();
  const double bits = curve.bits.empty() ? 0 : curve.bits.back();
  const size_t before = curve.rounds.size();
  for (double round = every * std::floor(std::max(from, 0.0) / every); round <= end; round += every)
    if (round > from) {
      curve.rounds.push_back(round);
      curve.values.push_back(value);
      curve.bits.push_back(bits);
    }
  if (curve.rounds.size() == before || curve.rounds.back() < end) {
    curve.rounds.push_back(std::max(end, from + 1));
    curve.values.push_back(value);
    curve.bits.push_back(bits);
  }
}

double area(const Curve& curve) {
  if (curve.values.size() == 1) return curve.values.front();
  double sum = 0;
  for (size_t i = 1; i < curve.values.size(); ++i)
    sum += (curve.rounds[i] - curve.rounds[i - 1]) * (curve.values[i] + curve.values[i - 1]) / 2;
  return sum / (curve.rounds.back() - curve.rounds.front());
}

}  // namespace

Measure parse_measure(const std::string& text, const std::vector<std::string>& columns) {
  if (text == "final_accuracy") {
    for (const char* column : {"test_accuracy", "validation_accuracy"})
      if (contains(columns, column)) return finished({.column = column});
    throw Error::format(
        "--metric final_accuracy: no accuracy was measured in these runs; take another metric, for example "
        "--metric last:{}",
        contains(columns, "test_loss") ? "test_loss" : "train_loss");
  }
  if (contains(columns, text)) return finished({.column = text});

  const size_t colon = text.find(':');
  const std::string head = text.substr(0, colon);
  const auto form =
      std::find_if(std::begin(kForms), std::end(kForms), [&](const Form& f) { return f.name == head; });
  if (form == std::end(kForms)) {
    std::vector<std::string> names = {"final_accuracy"};
    for (const Form& known : kForms) names.push_back(known.name);
    if (colon == std::string::npos) names.insert(names.end(), columns.begin(), columns.end());
    throw Error::format("--metric: unknown metric \"{}\"{}", head, suggestion(head, names));
  }
  const std::string rest = colon == std::string::npos ? "" : text.substr(colon + 1);
  const size_t second = rest.find(':');
  const bool wants_parameter = *form->parameter != '\0';
  if (rest.empty() || wants_parameter == (second == std::string::npos))
    throw Error::format("--metric: \"{}\" is no metric; write for example {}:test_accuracy{}{}", text, head,
                        wants_parameter ? ":" : "", form->parameter);
  Measure measure{.kind = form->kind, .column = rest.substr(0, second)};
  if (!contains(columns, measure.column))
    throw Error::format("--metric: unknown column \"{}\"{}", measure.column,
                        suggestion(measure.column, columns));
  if (wants_parameter) read_parameter(rest.substr(second + 1), measure);
  return finished(measure);
}

std::vector<std::string> measured_columns(const RunSummary& run) {
  std::ifstream file(run.folder / "metrics.csv");
  std::string header;
  std::vector<std::string> columns;
  if (!std::getline(file, header)) return columns;
  std::istringstream cells(printable(header));
  for (std::string column; std::getline(cells, column, ',');) columns.push_back(column);
  return columns;
}

Curve read_curve(const RunSummary& run, const Measure& measure) {
  const CsvTable table = read_csv_table(run.folder / "metrics.csv");
  const std::vector<double>* values = table.column(measure.column);
  const std::vector<double>* up = table.column("bytes_up");
  const std::vector<double>* down = table.column("bytes_down");
  const std::vector<double>& rounds = *table.column("round");
  const bool diverged = run.status == "diverged";
  const double worst = higher_is_better(measure.column) ? -kNever : kNever;
  Curve curve;
  double bytes = 0;
  for (size_t i = 0; values != nullptr && i < rounds.size(); ++i) {
    for (const std::vector<double>* sent : {up, down})
      if (sent != nullptr && !std::isnan((*sent)[i])) bytes += (*sent)[i];
    const double value = (*values)[i];
    if (std::isnan(value)) continue;
    if (diverged && !std::isfinite(value)) break;
    curve.rounds.push_back(rounds[i]);
    curve.values.push_back(std::isfinite(value) ? value : worst);
    curve.bits.push_back(8 * bytes);
  }
  if (diverged) prolong(curve, run, measure, worst);
  if (curve.values.empty())
    throw Error::format("{}: {} was not measured", (run.folder / "metrics.csv").string(), measure.column);
  return curve;
}

double value_of(const Curve& curve, const Measure& measure) {
  const std::vector<double>& values = curve.values;
  const auto found =
      std::find_if(values.begin(), values.end(), [&](double value) { return reached(value, measure); });
  const size_t place = static_cast<size_t>(found - values.begin());
  switch (measure.kind) {
    case Measure::Kind::last:
      return values.back();
    case Measure::Kind::mean: {
      const size_t count = std::min(values.size(), static_cast<size_t>(measure.count));
      double sum = 0;
      for (size_t i = values.size() - count; i < values.size(); ++i) sum += values[i];
      return sum / static_cast<double>(count);
    }
    case Measure::Kind::best:
      return measure.higher ? *std::max_element(values.begin(), values.end())
                            : *std::min_element(values.begin(), values.end());
    case Measure::Kind::area:
      return area(curve);
    case Measure::Kind::rounds_to:
      return found == values.end() ? kNever : curve.rounds[place];
    case Measure::Kind::bits_to:
      return found == values.end() ? kNever : curve.bits[place];
  }
  return kNever;
}

}  // namespace varangian

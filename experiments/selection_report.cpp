#include "experiments/selection_report.h"

#include "experiments/selection_values.h"
#include "experiments/text_table.h"
#include "record/atomic_file.h"

namespace varangian {
namespace {

std::string cell_text(const Json& value) {
  return value.is_number() ? fmt::format("{:.4g}", value.get<double>()) : "-";
}

std::string text_of_answer(const Json& answer, const std::filesystem::path& file) {
  const std::string metric = answer.at("metric");
  const bool by_worst = !answer.at("worst_over").empty(), tested = !answer.at("test_metric").is_null();
  const std::string worst_over = heading_of(answer.at("worst_over"));
  const std::string rest = heading_of(answer.at("groups").front().at("for"));
  Cells table(1, {rest.empty() ? "for" : rest, "selected", metric});
  if (by_worst) table[0].push_back("worst " + worst_over);
  if (tested) table[0].push_back(answer.at("test_metric"));
  if (by_worst && tested) table[0].push_back("worst there");
  size_t incomplete = 0, undecided = 0;
  for (const Json& group : answer.at("groups")) {
    incomplete += group.at("incomplete").size();
    const Json &selected = group.at("selected"), &worst = group.at("worst"), &test = group.at("worst_test");
    undecided += selected.is_null();
    const auto add = [&](const Json& found, const std::string& column) {
      table.back().push_back(found.is_null() ? "-" : cell_text(found.at(column)));
      if (by_worst) table.back().push_back(found.is_null() ? "-" : label_of(found.at("at")));
    };
    table.push_back({group.at("for").empty() ? "all runs" : label_of(group.at("for")),
                     selected.is_null() ? "none" : label_of(selected)});
    add(worst, metric);
    if (tested) add(test, answer.at("test_metric"));
  }
  std::string text =
      fmt::format("selected {} by the {} {}{}\n\n{}", heading_of(answer.at("over")),
                  answer.at("better") == "higher" ? "highest" : "lowest", metric,
                  by_worst ? " in the worst case over " + worst_over : "", aligned_text(table));
  if (undecided > incomplete) text += "none: every value that is complete diverged\n";
  if (incomplete > 0)
    text +=
        fmt::format("{} of the runs behind it {} no result; a value that lacks one was not compared: {}\n",
                    incomplete, incomplete == 1 ? "has" : "have", file.string());
  return text;
}

}  // namespace

std::string report_selections(const Plan& plan, const std::filesystem::path& folder) {
  Json answers = Json::array();
  std::string text;
  const std::filesystem::path file = folder / "selection.json";
  for (const SweepSelection& selection : plan.runs.selections) {
    std::vector<RunSummary> runs;
    for (size_t i = selection.first; i < selection.last; ++i)
      runs.push_back(result_of(plan.runs.runs[i], plan.identities[i]));
    if (runs.empty()) continue;  // all were skipped
    answers.push_back(select_values(selection, runs));
    text += text_of_answer(answers.back(), file) + "\n";
  }
  if (!answers.empty()) write_atomically(file, {Json{{"selections", answers}}.dump(2) + "\n"});
  return text;
}

}  // namespace varangian

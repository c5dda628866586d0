#include "experiments/import/draft.h"

#include "experiments/config_file.h"

namespace varangian {

void Draft::set(const std::string& pointer, const Json& value) {
  set_at(settings_, pointer, value, "import");
}

void Draft::grid(const std::string& pointer, const std::vector<Json>& values) {
  if (values.size() == 1)
    set(pointer, values.front());
  else
    grid_[pointer] = values;
}

void Draft::zip(const std::vector<std::string>& pointers, const std::vector<std::vector<Json>>& rows) {
  for (size_t i = 0; i < pointers.size(); ++i) {
    if (rows.size() == 1) {
      set(pointers[i], rows.front()[i]);
      continue;
    }
    zip_[pointers[i]] = Json::array();
    for (const std::vector<Json>& row : rows) zip_[pointers[i]].push_back(row[i]);
  }
}

void Draft::cases(const std::string& name, const std::vector<Labelled>& points) {
  for (const auto& [label, settings] : points)
    if (points.size() > 1)
      cases_[name][label] = settings;
    else
      for (const auto& [pointer, value] : settings.items()) set(pointer, value);
}

void Draft::select(const std::vector<std::string>& over, const std::vector<std::string>& worst_over) {
  select_["over"] = over;
  if (!worst_over.empty()) select_["worst_over"] = worst_over;
}

Json Draft::config() const {
  Json config = settings_, sweep = Json::object();
  if (!zip_.empty()) sweep["zip"] = zip_;
  if (!grid_.empty()) sweep["grid"] = grid_;
  if (!cases_.empty()) sweep["cases"] = cases_;
  if (sweep.empty()) return config;
  sweep["inapplicable"] = "skip";
  if (!select_.empty()) sweep["select"] = select_;
  config["sweep"] = sweep;
  return config;
}

}  // namespace varangian

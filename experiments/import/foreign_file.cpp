#include "experiments/import/foreign_file.h"

#include "core/nearest.h"

#include <algorithm>

namespace varangian {

ForeignFile::ForeignFile(Json content, std::string where)
    : content_(std::move(content)), where_(std::move(where)), problems_(where_) {
  if (!content_.is_object()) throw Error::format("{}: {} is not an object", where_, shown(content_));
}

void ForeignFile::note(const std::string& pointer, const std::string& what) {
  const std::string line = fmt::format("{}: {}{}{}", where_, pointer, pointer.empty() ? "" : ": ", what);
  if (std::find(notes_.begin(), notes_.end(), line) == notes_.end()) notes_.push_back(line);
}

void ForeignFile::problem(const std::string& pointer, const std::string& what) {
  problems_.add(pointer, what);
}

const Json* ForeignFile::find(const std::string& pointer) {
  asked_.insert(pointer);
  const Json* at = &content_;
  for (size_t start = 1; start <= pointer.size();) {
    const size_t end = std::min(pointer.find('/', start), pointer.size());
    if (!at->is_object()) {
      problem(pointer.substr(0, start - 1), fmt::format("{} is not an object", shown(*at)));
      return nullptr;
    }
    const auto found = at->find(pointer.substr(start, end - start));
    if (found == at->end() || found->is_null()) return nullptr;
    at = &*found;
    start = end + 1;
  }
  return at;
}

Json ForeignFile::value(const std::string& pointer, const Json& otherwise) {
  const Json* found = find(pointer);
  return found == nullptr ? otherwise : *found;
}

std::vector<Json> ForeignFile::values(const std::string& pointer, const Json& otherwise) {
  const Json given = value(pointer, otherwise);
  if (!given.is_array()) return {given};
  std::vector<Json> all;
  for (const Json& element : given)
    if (std::find(all.begin(), all.end(), element) == all.end())
      all.push_back(element);
    else
      note(pointer, fmt::format("{} stands in it twice and is taken once", shown(element)));
  if (all.empty()) {
    problem(pointer, "an empty list; give a value");
    all.push_back(otherwise);
  }
  return all;
}

std::vector<Json> ForeignFile::numbers(const std::string& pointer, const Json& otherwise, bool whole) {
  std::vector<Json> all = values(pointer, otherwise);
  for (Json& number : all)
    if (!number.is_number() || (whole && !number.is_number_integer())) {
      problem(pointer, fmt::format("{} is not a {}number", shown(number), whole ? "whole " : ""));
      number = otherwise;
    }
  return all;
}

Json ForeignFile::number(const std::string& pointer, const Json& otherwise, bool whole) {
  const std::vector<Json> all = numbers(pointer, otherwise, whole);
  if (all.size() > 1) problem(pointer, "a list; here it can only be one number");
  return all.front();
}

bool ForeignFile::flag(const std::string& pointer, bool otherwise) {
  const Json given = value(pointer, otherwise);
  if (given.is_boolean()) return given;
  problem(pointer, fmt::format("{} is neither true nor false", shown(given)));
  return otherwise;
}

std::string ForeignFile::text(const std::string& pointer, const std::string& otherwise) {
  const Json given = value(pointer, otherwise);
  if (given.is_string()) return given;
  problem(pointer, fmt::format("{} is not a text", shown(given)));
  return otherwise;
}

void ForeignFile::leave_out(const std::string& pointer, const std::string& why) {
  if (find(pointer) != nullptr) note(pointer, "left out: " + why);
}

void ForeignFile::name_the_rest() { name_rest_of(content_, ""); }

void ForeignFile::name_rest_of(const Json& object, const std::string& pointer) {
  std::set<std::string> known;
  for (const std::string& asked : asked_)
    if (asked.starts_with(pointer + "/")) {
      const size_t start = pointer.size() + 1;
      known.insert(asked.substr(start, asked.find('/', start) - start));
    }
  for (const auto& [key, value] : object.items()) {
    const std::string at = pointer + "/" + key;
    if (asked_.contains(at)) continue;
    if (known.contains(key)) {
      if (value.is_object()) name_rest_of(value, at);
      continue;
    }
    const std::string meant = nearest(key, std::vector<std::string>(known.begin(), known.end()));
    note(child(pointer, key), fmt::format("unknown key, left out{}",
                                          meant.empty() ? "" : fmt::format("; did you mean \"{}\"?", meant)));
  }
}

}  // namespace varangian

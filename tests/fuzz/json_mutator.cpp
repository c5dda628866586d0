#include "json_mutator.h"

#include <cstring>

extern "C" size_t LLVMFuzzerMutate(uint8_t* data, size_t size, size_t most);

namespace varangian {
namespace {

constexpr int kDeepest = 100;  // writing out JSON is recursive

template <typename List>
auto& any_of(List& list, Luck& luck) {
  return list[luck() % list.size()];
}

bool collect(Json& value, std::vector<Json*>& all, int depth) {
  if (depth > kDeepest) return false;
  all.push_back(&value);
  if (value.is_structured())
    for (Json& part : value)
      if (!collect(part, all, depth + 1)) return false;
  return true;
}

std::string text_of(const Json& word) { return word.is_string() ? word.get<std::string>() : word.dump(); }

void change_number(Json& value, Luck& luck) {
  if (value.is_number_float())
    value = luck() % 2 ? -value.get<double>() : value.get<double>() * (luck() % 2 ? 10 : 0.1);
  else if (value.is_number_integer())
    value = luck() % 2 ? Json(value.get<uint64_t>() + luck() % 3 - 1) : Json(value.get<uint64_t>() * 2);
}

// An element of a list or object goes, comes or has another key.
void change_parts(Json& value, const Json& fresh, const std::string& key, Luck& luck) {
  const size_t at = value.empty() ? 0 : luck() % value.size();
  if (value.is_array()) {
    if (luck() % 2 && !value.empty())
      value.erase(at);
    else
      value.insert(value.begin() + static_cast<std::ptrdiff_t>(at), fresh);
    return;
  }
  const unsigned choice = luck() % 3;
  if (choice == 0 || value.empty()) {
    value[key] = fresh;
    return;
  }
  const auto part = std::next(value.begin(), static_cast<std::ptrdiff_t>(at));
  const Json moved = part.value();
  value.erase(part.key());
  if (choice == 1) value[key] = moved;
}

}  // namespace

void mutate_json(Json& document, const std::vector<Json>& words, Luck& luck) {
  std::vector<Json*> all;
  if (!collect(document, all, 0)) {
    document = any_of(words, luck);
    return;
  }
  Json& value = *any_of(all, luck);
  const Json fresh = luck() % 2 ? any_of(words, luck) : *any_of(all, luck);
  switch (luck() % 5) {
    case 0:
      value = fresh;
      break;
    case 1:
      value = luck() % 2 ? Json::array({value}) : Json{{text_of(any_of(words, luck)), value}};
      break;
    case 2:
      change_number(value, luck);
      break;
    default:
      if (value.is_structured()) change_parts(value, fresh, text_of(any_of(words, luck)), luck);
  }
}

size_t mutate_json_text(uint8_t* data, size_t size, size_t most, const std::vector<Json>& words, Luck& luck) {
  Json document = Json::parse(data, data + size, nullptr, false, true);
  std::vector<Json*> all;
  if (document.is_discarded() || luck() % 4 == 0 || !collect(document, all, 0))
    return LLVMFuzzerMutate(data, size, most);
  for (unsigned changes = 1 + luck() % 3; changes > 0; --changes) mutate_json(document, words, luck);
  const std::string text = document.dump(-1, ' ', false, Json::error_handler_t::replace);
  if (text.size() > most) return LLVMFuzzerMutate(data, size, most);
  std::memcpy(data, text.data(), text.size());
  return text.size();
}

std::vector<Json> awkward_values() {
  return {nullptr,
          true,
          false,
          0,
          1,
          2,
          7,
          -1,
          0.5,
          -0.0,
          1e-300,
          1e308,
          INT64_MAX,
          INT64_MIN,
          UINT64_MAX,
          4294967296,
          9007199254740993,
          "",
          "a",
          "/",
          "/a~0",
          "~",
          Json::array(),
          Json::object(),
          Json::array({0, 0}),
          Json::array({1, nullptr})};
}

}  // namespace varangian

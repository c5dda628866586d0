#include "experiments/config_file.h"

#include "varangian/error.h"

#include <algorithm>

namespace varangian {
namespace {

Json read_with_bases(const std::filesystem::path& path, std::vector<std::filesystem::path> readers) {
  std::error_code failure;  // where the way to it cannot be gone, reading says so
  const std::filesystem::path whole = std::filesystem::weakly_canonical(path, failure);
  if (!failure && std::find(readers.begin(), readers.end(), whole) != readers.end())
    throw Error::format("{}: /extends: this file extends itself", path.string());
  readers.push_back(whole);
  Json config = read_json(path);
  if (!config.is_object()) throw Error::format("{}: a config is a JSON object", path.string());
  spell_out(config, path.string());
  const auto extends = config.find("extends");
  if (extends == config.end()) return config;
  if (!extends->is_string())
    throw Error::format("{}: /extends: {} is not a file name", path.string(), shown(*extends));
  if (extends->get<std::string>().find('\0') != std::string::npos)
    throw Error::format("{}: /extends: {} cannot be read: no file has a zero byte in its name", path.string(),
                        shown(*extends));
  const std::filesystem::path base = path.parent_path() / extends->get<std::string>();
  config.erase("extends");
  return merged(read_with_bases(base, std::move(readers)), config);
}

Json merged_value(const Json& base, const Json& over) {
  if (base.is_object() && base.contains("name") && over.is_string())
    return merged_value(base, {{"name", over}});
  if (!base.is_object() || !over.is_object()) return over;
  const bool another_component =
      over.contains("name") && base.contains("name") && base.at("name") != over.at("name");
  return another_component ? over : merged(base, over);
}

std::vector<std::string> keys_of(const std::string& pointer, const std::string& where) {
  // As deep as a file may be: deeper, the config could not be written out, and the walk below is quadratic.
  constexpr std::ptrdiff_t kDeepest = 64;
  if (std::count(pointer.begin(), pointer.end(), '/') > kDeepest)
    throw Error::format("{}: the pointer {} leads deeper than {}", where, shown(pointer), kDeepest);
  std::vector<std::string> keys;
  try {
    Json::json_pointer rest(pointer);
    while (!rest.empty()) {
      keys.insert(keys.begin(), rest.back());
      rest.pop_back();
    }
  } catch (const nlohmann::json::exception&) {
    throw Error::format("{}: \"{}\" is not a JSON pointer; write it like \"/workers/byzantine\"", where,
                        pointer);
  }
  if (keys.empty())
    throw Error::format("{}: \"{}\" names nothing; write it like \"/workers/byzantine\"", where, pointer);
  return keys;
}

}  // namespace

Json read_config(const std::filesystem::path& path) { return read_with_bases(path, {}); }

void spell_out(Json& config, const std::string& where) {
  if (const auto seed = config.find("seed"); seed != config.end() && seed->is_number()) {
    const Json value = *seed;
    *seed = {{"data", value}, {"init", value}, {"batches", value}, {"adversary", value}, {"rule", value}};
  }
  if (const auto codec = config.find("compressor");
      codec != config.end() && (codec->is_string() || (codec->is_object() && codec->contains("name")))) {
    const Json up = *codec;
    *codec = {{"up", up}};
  }
  if (const auto one = config.find("adversary"); one != config.end()) {
    const auto list = config.find("adversaries");
    if (list != config.end() && !list->empty())
      throw Error::format("{}: /adversary: give \"adversary\" or \"adversaries\", not both", where);
    const Json adversary = *one;
    config.erase("adversary");
    config["adversaries"] = adversary.is_null() ? Json::array() : Json::array({adversary});
  }
}

Json merged(const Json& base, const Json& over) {
  Json result = base;
  for (const auto& [key, value] : over.items())
    result[key] = result.contains(key) ? merged_value(result[key], value) : value;
  return result;
}

void set_at(Json& config, const std::string& pointer, const Json& value, const std::string& where) {
  std::vector<std::string> keys = keys_of(pointer, where);
  if (keys.front() == "adversary" &&
      config.contains("adversaries")) {  // the short form of a list that is spelled out
    Json& list = config["adversaries"];
    if (keys.size() == 1) {
      list = value.is_null() ? Json::array() : Json::array({value});
      return;
    }
    keys.front() = "0";
    keys.insert(keys.begin(), "adversaries");
  }
  Json* at = &config;
  for (const std::string& key : keys) {
    if (at->is_string()) *at = {{"name", *at}};  // a component given by its name alone
    if (at->is_null()) *at = Json::object();
    if (at->is_array()) {
      const bool is_index =
          !key.empty() && key.find_first_not_of("0123456789") == std::string::npos && key.size() < 9;
      const size_t index = is_index ? std::stoul(key) : at->size();
      if (index >= at->size())
        throw Error::format("{}: {}: the list has {} elements, there is no \"{}\"", where, pointer,
                            at->size(), key);
      at = &(*at)[index];
    } else if (at->is_object()) {
      at = &(*at)[key];
    } else {
      throw Error::format("{}: {}: {} has no \"{}\"", where, pointer, shown(*at), key);
    }
  }
  *at = value;
}

std::pair<std::string, Json> parse_setting(const std::string& setting) {
  const size_t equals = setting.find('=');
  if (equals == std::string::npos)
    throw Error::format("--set {}: write it like --set /workers/byzantine=3", setting);
  const std::string text = setting.substr(equals + 1);
  Json value = Json::parse(text, nullptr, false);
  if (value.is_discarded()) value = text;
  return {setting.substr(0, equals), value};
}

}  // namespace varangian

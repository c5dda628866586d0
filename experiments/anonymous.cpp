#include "experiments/anonymous.h"

#include "record/run_directory.h"

#include <pwd.h>
#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <cstdlib>
#include <filesystem>

namespace varangian {
namespace {

namespace fs = std::filesystem;

bool in_word(char c) { return std::isalnum(static_cast<unsigned char>(c)) || c == '_' || c == '-'; }

// Where a name stands as a whole word, or npos.
size_t find_word(std::string_view text, const std::string& name) {
  for (size_t at = text.find(name); at != std::string_view::npos; at = text.find(name, at + 1)) {
    const size_t end = at + name.size();
    if ((at == 0 || !in_word(text[at - 1])) && (end == text.size() || !in_word(text[end]))) return at;
  }
  return std::string_view::npos;
}

}  // namespace

Anonymizer::Anonymizer() {
  std::error_code failure;
  const fs::path here = fs::current_path(failure);
  if (here.has_relative_path()) prefixes_.emplace_back(here.string(), ".");
  const passwd* user = getpwuid(getuid());
  for (const char* home : {std::getenv("HOME"), user == nullptr ? nullptr : user->pw_dir})
    if (home != nullptr && fs::path(home).has_relative_path()) prefixes_.emplace_back(home, "~");
  for (const char* name :
       {std::getenv("USER"), std::getenv("LOGNAME"), user == nullptr ? nullptr : user->pw_name})
    if (name != nullptr && *name != '\0' && name != std::string("root")) names_.insert(name);
  names_.insert(host());
}

std::string Anonymizer::cleaned(std::string text) const {
  for (const auto& [path, stand_in] : prefixes_)
    for (size_t at = find_word(text, path); at != std::string::npos; at = find_word(text, path))
      text.replace(at, path.size(), stand_in);
  for (const std::string others : {"/home/", "/Users/"})
    for (size_t at = text.find(others); at != std::string::npos; at = text.find(others, at)) {
      const size_t name = at + others.size(), end = std::min(text.find_first_of("/ ", name), text.size());
      if (end > name) text.replace(name, end - name, "user");
      at = name;
    }
  return text;
}

void Anonymizer::clean(Json& value) const {
  if (value.is_string()) value = cleaned(value.get<std::string>());
  if (value.is_structured())
    for (Json& part : value) clean(part);
}

void Anonymizer::clean_config(Json& config) const {
  if (config.contains("output")) config["output"] = "results";
  clean(config);
}

void Anonymizer::clean_manifest(Json& manifest) {
  if (manifest.contains("sessions"))
    for (Json& session : manifest["sessions"]) {
      const std::string machine = session.value("host", "");
      if (!machine.empty()) names_.insert(machine);
      session.erase("host");
    }
  for (const auto& [key, value] : manifest.items())
    if (key != "identity") clean(value);
}

std::vector<std::string> Anonymizer::left_in(std::string_view text) const {
  std::vector<std::string> found;
  for (const std::string& name : names_)
    if (find_word(text, name) != std::string_view::npos) found.push_back(name);
  for (const auto& [path, stand_in] : prefixes_)
    if (find_word(text, path) != std::string_view::npos) found.push_back(path);
  return found;
}

}  // namespace varangian

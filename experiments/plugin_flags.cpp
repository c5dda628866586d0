#include "experiments/plugin_flags.h"

#include "experiments/installed.h"
#include "varangian/error.h"

#include <fstream>

namespace varangian {
namespace {

namespace fs = std::filesystem;

// Beside the program in its build folder, else where it was installed.
fs::path flags_file() {
  const fs::path folder = own_program().parent_path(), built = folder / "varangian-uninstalled.pc",
                 installed = (folder / VARANGIAN_INSTALLED_FLAGS).lexically_normal();
  for (const fs::path& file : {built, installed})
    if (fs::exists(file)) return file;
  throw Error::format("plugin: the SDK that belongs to this program is gone: there is neither {} nor {}",
                      built.string(), installed.string());
}

// As pkg-config reads it: words end at spaces, a backslash takes the next character as it is.
std::vector<std::string> words_of(const std::string& text) {
  std::vector<std::string> words;
  std::string word;
  for (size_t i = 0; i <= text.size(); ++i) {
    if (i == text.size() || text[i] == ' ') {
      if (!word.empty()) words.push_back(word);
      word.clear();
    } else {
      if (text[i] == '\\' && i + 1 < text.size()) ++i;
      word += text[i];
    }
  }
  return words;
}

}  // namespace

fs::path own_program() { return fs::read_symlink("/proc/self/exe"); }

std::vector<std::string> plugin_flags() {
  const fs::path path = flags_file();
  constexpr std::string_view kKey = "Cflags: ", kFolder = "${pcfiledir}";
  std::ifstream file(path);
  for (std::string line; std::getline(file, line);) {
    if (!line.starts_with(kKey)) continue;
    std::vector<std::string> words = words_of(line.substr(kKey.size()));
    for (std::string& word : words)
      if (const size_t at = word.find(kFolder); at != std::string::npos) {
        const fs::path whole = path.parent_path() / word.substr(at + kFolder.size() + 1);
        word = word.substr(0, at) + whole.lexically_normal().string();
      }
    return words;
  }
  throw Error::format("{}: has no line \"{}\"", path.string(), kKey);
}

}  // namespace varangian

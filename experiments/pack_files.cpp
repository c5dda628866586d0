#include "experiments/pack_files.h"

#include "core/sha256.h"
#include "experiments/components.h"
#include "experiments/memory.h"

#include <fstream>

namespace varangian {
namespace {

namespace fs = std::filesystem;

constexpr uintmax_t kMostBytesPacked = 256 << 20;  // of one file

class FilePacker {
 public:
  FilePacker(const Json& content, fs::path folder) : known_(content.dump()), folder_(std::move(folder)) {}

  std::vector<std::string>& told() { return told_; }

  /// `counts`: in the run's identity.
  void copy(Json& value, bool counts = true) {
    const fs::path file = value.get<std::string>();
    std::error_code failure;
    if (!fs::is_regular_file(file, failure)) return;
    if (is_program(file)) {  // an interpreter, say: who reads the pack has another
      value = file.filename().string();
      return;
    }
    if (const uintmax_t size = fs::file_size(file); size > kMostBytesPacked) {
      told_.push_back(fmt::format("{}: left out: {} are too much for a pack", file.string(),
                                  shown_bytes(static_cast<double>(size))));
      return;
    }
    const std::string hash = sha256_of_file(file);
    if (counts && known_.find(hash) == std::string::npos)
      told_.push_back(fmt::format("{}: changed since the run", file.string()));
    value = copied(file, hash);
    if (const fs::path helper = file.parent_path() / "varangian_plugin.py";
        file.extension() == ".py" && fs::exists(helper))
      copied(helper, hash);
  }

  // `varangian plugin build my_attack` compiles all that is in the folder to my_attack/my_attack.so.
  void copy_sources(Json& library) {
    const fs::path file = library.get<std::string>(), folder = fs::absolute(file).parent_path();
    const std::string hash = sha256_of_file(file);
    const bool whole = folder.filename() == file.stem();
    bool any = false;
    for (const fs::directory_entry& entry : fs::directory_iterator(folder)) {
      const fs::path& source = entry.path();
      const bool text = source.extension() == ".cpp" || source.extension() == ".h";
      if (!text || !entry.is_regular_file() || (!whole && source.stem() != file.stem())) continue;
      copied(source, hash);
      any = true;
    }
    if (!any) told_.push_back(fmt::format("{}: no source of it lies beside it", file.string()));
    library = fmt::format("files/{}/{}", hash.substr(0, 12), file.filename().string());
  }

 private:
  static bool is_program(const fs::path& file) {
    char start[4] = {};
    std::ifstream(file, std::ios::binary).read(start, 4);
    return std::string_view(start, 4) ==
           "\x7f"
           "ELF";
  }

  std::string copied(const fs::path& file, const std::string& hash) {
    const std::string name = fmt::format("files/{}/{}", hash.substr(0, 12), file.filename().string());
    fs::create_directories((folder_ / name).parent_path());
    fs::copy_file(file, folder_ / name, fs::copy_options::overwrite_existing);
    return name;
  }

  std::string known_;
  fs::path folder_;
  std::vector<std::string> told_;
};

}  // namespace

std::vector<std::string> pack_files(const RunConfig& run, Json& config, const Json& content,
                                    const fs::path& folder) {
  FilePacker packer(content, folder);
  each_component(run, config, [&](Json& component, Kind kind, const std::string& pointer) {
    if (kind == Kind::dataset) return;
    for (const Parameter& parameter : Registry::instance().describe(kind, component.at("name")).parameters) {
      if (!parameter.is_file) continue;
      located(child(pointer, parameter.name), [&] {
        Json& value = component[parameter.name];
        if (value.is_string()) packer.copy(value, kind != Kind::diagnostic);
        if (value.is_array())
          for (Json& word : value) packer.copy(word, kind != Kind::diagnostic);
      });
    }
  });
  if (config["from"].is_string()) packer.copy(config["from"]);
  for (Json& library : config["plugins"]) packer.copy_sources(library);
  return std::move(packer.told());
}

}  // namespace varangian

#include "experiments/compare_records.h"

#include "core/printable.h"
#include "record/file.h"

#include <charconv>
#include <cmath>
#include <fstream>
#include <optional>

namespace varangian {
namespace {

namespace fs = std::filesystem;
using Row = std::vector<std::string>;

class CsvReader {
 public:
  explicit CsvReader(const fs::path& path) : path_(path), stream_(path) {
    if (!next(header_)) throw Error::format("{}: cannot be read, or is empty", path.filename().string());
  }

  const Row& header() const { return header_; }

  /// False at the end.
  bool next(Row& cells) {
    std::string line;
    if (!std::getline(stream_, line)) return false;
    ++line_;
    cells.assign(1, "");
    for (const char c : line)
      if (c == ',')
        cells.emplace_back();
      else
        cells.back() += c;
    if (!header_.empty() && cells.size() != header_.size())
      throw Error::format("{}: line {} has {} cells, the first one {}", path_.filename().string(), line_,
                          cells.size(), header_.size());
    return true;
  }

 private:
  fs::path path_;
  std::ifstream stream_;
  Row header_;
  size_t line_ = 0;
};

std::optional<double> number_in(const std::string& cell) {
  double value = 0;
  const auto [end, error] = std::from_chars(cell.data(), cell.data() + cell.size(), value);
  if (error != std::errc() || end != cell.data() + cell.size() || !std::isfinite(value)) return std::nullopt;
  return value;
}

// The first difference of two tables whose rows begin with their round.
std::string difference_of(const fs::path& one, const fs::path& two, int64_t every) {
  CsvReader packed(one), fresh(two);
  const std::string file = one.filename().string();
  if (packed.header() != fresh.header()) return file + ": other columns";
  Row row, again;
  bool more = fresh.next(again);
  while (packed.next(row)) {
    const double round = number_in(row[0]).value_or(-1);
    const bool may_lack = round >= 0 && std::fmod(round, static_cast<double>(every)) != 0;
    if (may_lack && (!more || again[0] != row[0])) continue;
    if (!more) return fmt::format("{}: round {} is only in the pack", file, printable(row[0]));
    for (size_t i = 0; i < row.size(); ++i)
      if (row[i] != again[i] && !(may_lack && again[i].empty()))
        return fmt::format("{}: round {}, {}: {} in the pack, {} here", file, printable(row[0]),
                           printable(packed.header()[i]), printable(row[i]), again[i]);
    more = fresh.next(again);
  }
  return more ? fmt::format("{}: round {} is not in the pack", file, again[0]) : "";
}

}  // namespace

std::map<std::string, double> last_values(const fs::path& csv) {
  CsvReader reader(csv);
  std::map<std::string, double> last;
  for (Row cells; reader.next(cells);)
    for (size_t i = 0; i < cells.size(); ++i)
      if (const std::optional<double> value = number_in(cells[i])) last[reader.header()[i]] = *value;
  return last;
}

RecordComparison compare_records(const fs::path& folder, const fs::path& again, int64_t every) {
  RecordComparison result;
  for (const char* name : {"metrics.csv", "diagnostics.csv", "workers.csv"}) {
    if (!fs::exists(folder / name) || contents_of(folder / name) == contents_of(again / name)) continue;
    result.bytes = false;
    result.difference = difference_of(folder / name, again / name, every);
    if (!result.difference.empty()) return result;
  }
  return result;
}

std::string deciding_column(const std::map<std::string, double>& values) {
  for (const char* column :
       {"test_accuracy", "validation_accuracy", "test_loss", "validation_loss", "train_loss"})
    if (values.contains(column)) return column;
  return "";
}

}  // namespace varangian

#include "record/csv_table.h"

#include "core/printable.h"
#include "varangian/error.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <fstream>
#include <sstream>

namespace varangian {
namespace {

std::vector<std::string_view> cells_of_line(std::string_view line) {
  std::vector<std::string_view> cells;
  for (size_t start = 0;;) {
    const size_t end = line.find(',', start);
    cells.push_back(line.substr(start, end - start));
    if (end == std::string_view::npos) return cells;
    start = end + 1;
  }
}

double number_of(std::string_view cell, const std::string& where) {
  if (cell.empty()) return std::nan("");
  double number = 0;
  const auto [end, failure] = std::from_chars(cell.data(), cell.data() + cell.size(), number);
  if (failure == std::errc::result_out_of_range) return CsvTable::kNotFinite;
  if (failure != std::errc() || end != cell.data() + cell.size())
    throw Error::format("{}: \"{}\" is not a number", where, printable(cell.substr(0, 40)));
  return std::isfinite(number) ? number : CsvTable::kNotFinite;
}

}  // namespace

const std::vector<double>* CsvTable::column(const std::string& name) const {
  const auto found = std::find(columns.begin(), columns.end(), name);
  return found == columns.end() ? nullptr : &values[static_cast<size_t>(found - columns.begin())];
}

CsvTable read_csv_table(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream content;
  content << file.rdbuf();
  const std::string text = content.str();
  if (!file || text.empty()) throw Error::format("{}: cannot be read, or is empty", path.string());
  if (text.back() != '\n') throw Error::format("{}: the last line is cut", path.string());

  CsvTable table;
  std::string_view left = text;
  for (int64_t line = 1; !left.empty(); ++line) {
    const size_t end = left.find('\n');
    const std::vector<std::string_view> cells = cells_of_line(left.substr(0, end));
    left.remove_prefix(end + 1);
    const std::string where = fmt::format("{}: line {}", path.string(), line);
    if (line == 1) {
      for (const std::string_view cell : cells) table.columns.push_back(printable(cell));
      table.values.resize(cells.size());
      continue;
    }
    if (cells.size() != table.columns.size())
      throw Error::format("{}: {} cells, the header has {}", where, cells.size(), table.columns.size());
    for (size_t i = 0; i < cells.size(); ++i) table.values[i].push_back(number_of(cells[i], where));
  }
  const std::vector<double>* rounds = table.column("round");
  if (rounds == nullptr) throw Error::format("{}: there is no column \"round\"", path.string());
  for (size_t i = 0; i < rounds->size(); ++i)
    if (!std::isfinite((*rounds)[i]) || (i > 0 && (*rounds)[i] <= (*rounds)[i - 1]))
      throw Error::format("{}: line {}: rounds do not increase", path.string(), i + 2);
  return table;
}

}  // namespace varangian

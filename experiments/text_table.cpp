#include "experiments/text_table.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

namespace varangian {
namespace {

// In characters: bytes that continue one (UTF-8) take no place.
size_t characters(const std::string& cell) {
  return static_cast<size_t>(
      std::count_if(cell.begin(), cell.end(), [](char c) { return (c & 0xc0) != 0x80; }));
}

std::string csv_cell(const std::string& cell) {
  if (cell.find_first_of(",\"\n") == std::string::npos) return cell;
  std::string text = "\"";
  for (const char c : cell) text += c == '"' ? "\"\"" : std::string(1, c);
  return text + "\"";
}

}  // namespace

std::string aligned_text(const Cells& rows) {
  std::vector<size_t> widths;
  for (const auto& row : rows)
    for (size_t i = 0; i < row.size(); ++i) {
      if (i == widths.size()) widths.push_back(0);
      widths[i] = std::max(widths[i], characters(row[i]));
    }
  std::string text;
  for (size_t r = 0; r < rows.size(); ++r) {
    std::string line;
    for (size_t i = 0; i < rows[r].size(); ++i) {
      const std::string space(widths[i] - characters(rows[r][i]), ' ');
      line += i == 0 ? rows[r][i] + space : "  " + space + rows[r][i];
    }
    line.erase(line.find_last_not_of(' ') + 1);
    text += line + "\n";
    if (r == 0) {
      size_t width = 0;
      for (const size_t w : widths) width += w + 2;
      text += std::string(width - 2, '-') + "\n";
    }
  }
  return text;
}

std::string csv_text(const Cells& rows) {
  std::string text;
  for (const auto& row : rows) {
    std::vector<std::string> cells;
    for (const std::string& cell : row) cells.push_back(csv_cell(cell));
    text += fmt::format("{}\n", fmt::join(cells, ","));
  }
  return text;
}

std::string latex_text(const Cells& rows) {
  std::string text =
      fmt::format("\\begin{{tabular}}{{l{}}}\n\\toprule\n", std::string(rows.front().size() - 1, 'r'));
  for (size_t r = 0; r < rows.size(); ++r)
    text += fmt::format("{} \\\\\n{}", fmt::join(rows[r], " & "), r == 0 ? "\\midrule\n" : "");
  return text + "\\bottomrule\n\\end{tabular}\n";
}

std::string latex_escaped(const std::string& text) {
  std::string escaped;
  for (const char c : text) {
    if (std::string_view("&%$#_{}").find(c) != std::string_view::npos)
      escaped += std::string("\\") + c;
    else if (c == '\\')
      escaped += "\\textbackslash{}";
    else if (c == '~')
      escaped += "\\textasciitilde{}";
    else if (c == '^')
      escaped += "\\textasciicircum{}";
    else
      escaped += c;
  }
  return escaped;
}

}  // namespace varangian

#include "experiments/status_line.h"

#include <fmt/format.h>

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>

namespace varangian {
namespace {

size_t terminal_width() {
  winsize size{};
  return ioctl(fileno(stderr), TIOCGWINSZ, &size) == 0 && size.ws_col > 1 ? size.ws_col - 1u : 119u;
}

}  // namespace

StatusLine::StatusLine() : terminal_(isatty(fileno(stderr)) != 0) {}

void StatusLine::change(const std::string& line) {
  if (!terminal_) return tell(stderr, line + "\n");
  const std::string shown = line.substr(0, terminal_width());
  tell(stderr, fmt::format("\r{:<{}}", shown, width_));
  width_ = shown.size();
}

void StatusLine::keep(const std::string& line) {
  tell(stderr, terminal_ ? fmt::format("\r{:<{}}\n", line, width_) : line + "\n");
  width_ = 0;
}

void tell(std::FILE* stream, const std::string& text) {
  std::fwrite(text.data(), 1, text.size(), stream);
  std::fflush(stream);
}

std::string duration(double seconds) {
  const int64_t s = std::llround(std::min(seconds, 1e12));
  if (s < 60) return fmt::format("{} s", s);
  if (s < 3600) return fmt::format("{} min {:02} s", s / 60, s % 60);
  return fmt::format("{} h {:02} min", s / 3600, s / 60 % 60);
}

}  // namespace varangian

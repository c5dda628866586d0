#pragma once

#include <cstdio>
#include <string>

namespace varangian {

/// Standard error as people watch it: on a terminal one line that changes, elsewhere a plain line now and
/// then.
class StatusLine {
 public:
  StatusLine();

  bool terminal() const { return terminal_; }
  /// Seconds between two states that are worth showing.
  double interval() const { return terminal_ ? 0.1 : 5.0; }

  /// A state, which the next one replaces. Cut to the terminal's width.
  void change(const std::string& line);
  /// A line that stays.
  void keep(const std::string& line);

 private:
  bool terminal_;
  size_t width_ = 0;  ///< of what is shown and will be replaced
};

/// Prints at once. That nobody reads (a closed pipe or terminal) is no error.
void tell(std::FILE* stream, const std::string& text);

/// "12 s", "3 min 20 s", "5 h 02 min".
std::string duration(double seconds);

}  // namespace varangian

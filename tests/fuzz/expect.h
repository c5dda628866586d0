#pragma once

#include "varangian/error.h"

#include <cstdio>
#include <cstdlib>
#include <string>

namespace varangian {

/// Ends the process, which libFuzzer reports as a finding.
[[noreturn]] inline void finding(const std::string& what) {
  std::fprintf(stderr, "finding: %s\n", what.c_str());
  std::abort();
}

/// Calls a reader. A value is a good answer, and so is an Error that begins with `where` ("": with anything);
/// whatever else escapes is a finding.
template <typename Read>
void value_or_error(const std::string& where, Read read) {
  try {
    read();
  } catch (const Error& error) {
    if (!where.empty() && !std::string(error.what()).starts_with(where + ":"))
      finding("the message does not begin with \"" + where + "\": " + error.what());
  }
}

}  // namespace varangian

#include "varangian/error.h"

#include <cstdio>
#include <cstdlib>

namespace varangian {

void assertion_failed(const char* file, int line, const std::string& what) {
  fmt::print(stderr,
             "varangian: {}:{}: assertion failed: {}\nThis is a mistake in the program, please report it.\n",
             file, line, what);
  std::abort();
}

}  // namespace varangian

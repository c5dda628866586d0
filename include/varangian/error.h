#pragma once

#include <fmt/format.h>

#include <stdexcept>
#include <string>
#include <utility>

namespace varangian {

/// A mistake of the user (config, files) or of the world (disk, device). The message starts with where:
/// `configs/x.json: /aggregator/name: unknown aggregator "medain"; did you mean "median"?`
class Error : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;

  template <typename... Args>
  static Error format(fmt::format_string<Args...> text, Args&&... args) {
    return Error(fmt::format(text, std::forward<Args>(args)...));
  }
};

/// Our own mistake: prints both operands and aborts. Never used on input.
[[noreturn]] void assertion_failed(const char* file, int line, const std::string& what);

}  // namespace varangian

#define VARANGIAN_ASSERT_OP(a, op, b)                                                                    \
  do {                                                                                                   \
    const auto& left_ = (a);                                                                             \
    const auto& right_ = (b);                                                                            \
    if (!(left_ op right_))                                                                              \
      ::varangian::assertion_failed(__FILE__, __LINE__,                                                  \
                                    fmt::format("{} {} {} with {} and {}", #a, #op, #b, left_, right_)); \
  } while (false)

#define VARANGIAN_ASSERT_EQ(a, b) VARANGIAN_ASSERT_OP(a, ==, b)
#define VARANGIAN_ASSERT_LE(a, b) VARANGIAN_ASSERT_OP(a, <=, b)

#include "experiments/failure.h"

#include "core/printable.h"

#include <c10/util/Exception.h>

#include <new>

namespace varangian {

namespace {

std::string text_of(const std::exception& error) {
  constexpr const char* kAdvice =
      "; take fewer workers, a smaller model, smaller batches or a smaller /workers/cohort";
  if (const auto* torch = dynamic_cast<const c10::Error*>(&error)) {
    const std::string text = torch->what_without_backtrace();
    const bool memory = text.find("can't allocate memory") != std::string::npos ||
                        text.find("out of memory") != std::string::npos;
    return memory ? "out of memory" + std::string(kAdvice) : text;
  }
  if (dynamic_cast<const std::bad_alloc*>(&error) != nullptr) return "out of memory" + std::string(kAdvice);
  return error.what();
}

}  // namespace

std::string failure_text(const std::exception& error) { return printable(text_of(error)); }

}  // namespace varangian

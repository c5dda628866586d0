#include "core/blame.h"

#include <c10/util/Exception.h>

#include <new>

namespace varangian {

void blame(const Component& component, int64_t round) {
  const bool foreign = !component.origin().empty();
  const auto told = [&](const std::string& what) {
    const std::string when = round > 0 ? fmt::format("round {}: ", round) : "";
    return Error::format("{}{}: {}", when, component.title(), what);
  };
  try {
    throw;
  } catch (const std::bad_alloc&) {
    throw;
  } catch (const Error& error) {
    throw told(error.what());
  } catch (const c10::Error& error) {
    if (!foreign) throw;
    throw told(error.what_without_backtrace());
  } catch (const std::exception& error) {
    if (!foreign) throw;
    throw told(error.what());
  } catch (...) {
    if (!foreign) throw;
    throw told("it throws what is not a std::exception");
  }
}

}  // namespace varangian

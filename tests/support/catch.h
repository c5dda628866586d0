#pragma once

// LibTorch defines a CHECK of its own, which aborts; it must come first so that Catch2's stands.
#include <c10/util/Logging.h>
#undef CHECK

// Catch2 is version 2 in Debian 12 and version 3 elsewhere.
#if __has_include(<catch2/catch_all.hpp>)
#include <catch2/catch_all.hpp>
using Catch::Approx;
using Catch::Matchers::ContainsSubstring;
using Catch::Matchers::StartsWith;
#else
#include <catch2/catch.hpp>
using Catch::Matchers::Contains;
using Catch::Matchers::StartsWith;
inline auto ContainsSubstring(const std::string& text) { return Contains(text); }
#endif

#include "experiments/plugins.h"

#include <ATen/Parallel.h>

#include <cstdlib>
#include <sstream>

#if __has_include(<catch2/catch_all.hpp>)
#include <catch2/catch_all.hpp>
#else
#define CATCH_CONFIG_RUNNER
#include <catch2/catch.hpp>
#endif

// Components of the plugins in VARANGIAN_TEST_PLUGINS=FILE:FILE are held to the conformance suite with ours.
int main(int argc, char** argv) {
  at::set_num_threads(1);
  if (const char* plugins = std::getenv("VARANGIAN_TEST_PLUGINS")) {
    std::istringstream files(plugins);
    for (std::string file; std::getline(files, file, ':');) varangian::load_plugin(file);
  }
  return Catch::Session().run(argc, argv);
}

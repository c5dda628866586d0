#include "engine/crew.h"

#include "support/catch.h"

#include <ATen/Parallel.h>

#include <mutex>
#include <set>
#include <stdexcept>
#include <string>

namespace varangian {

TEST_CASE("each task runs once, on any number of threads, phase after phase", "[crew]") {
  for (const int threads : {1, 2, 3, 8}) {
    Crew crew(threads, false);
    for (const int64_t count : {0, 1, 2, 7, 1000})
      for (int phase = 0; phase < 20; ++phase) {
        std::vector<std::atomic<int>> runs(static_cast<size_t>(count));
        crew.for_each(count, [&](int64_t i) { ++runs[static_cast<size_t>(i)]; });
        for (const auto& run : runs) REQUIRE(run == 1);
      }
  }
}

TEST_CASE("what one phase wrote the next one reads", "[crew]") {
  Crew crew(3, false);
  std::vector<int64_t> from(64, 0), to(64, 0);
  for (int phase = 0; phase < 500; ++phase) {
    crew.for_each(64, [&](int64_t i) {
      to[static_cast<size_t>(i)] = from[static_cast<size_t>((i + 1) % 64)] + 1;  // mostly another thread's
    });
    std::swap(from, to);
  }
  for (const int64_t value : from) CHECK(value == 500);
}

TEST_CASE("the first failed task's exception comes out, and the crew goes on", "[crew]") {
  for (const int threads : {1, 3}) {
    Crew crew(threads, false);
    const auto fail = [](int64_t i) {
      if (i == 3 || i == 7) throw std::runtime_error("task " + std::to_string(i));
    };
    CHECK_THROWS_WITH(crew.for_each(10, fail), "task 3");
    std::atomic<int> done = 0;
    crew.for_each(10, [&](int64_t) { ++done; });
    CHECK(done == 10);
  }
}

TEST_CASE("every thread of a crew runs LibTorch with one thread", "[crew]") {
  Crew crew(3, false);
  std::atomic<int> wrong = 0;
  crew.for_each(100, [&](int64_t) { wrong += at::get_num_threads() != 1; });
  CHECK(wrong == 0);
}

TEST_CASE("a pinned crew gives the caller its processors back", "[crew]") {
  const int before = allowed_cpus();
  { const Crew crew(before, true); }
  CHECK(allowed_cpus() == before);
}

}  // namespace varangian

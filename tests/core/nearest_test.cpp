#include "core/nearest.h"
#include "support/catch.h"

namespace varangian {

const std::vector<std::string> kNames = {"mean", "median", "majority_vote"};

TEST_CASE("edit distance counts inserts, deletes, replacements and swaps", "[core]") {
  CHECK(edit_distance("", "") == 0);
  CHECK(edit_distance("median", "") == 6);
  CHECK(edit_distance("medain", "median") == 1);
  CHECK(edit_distance("medan", "median") == 1);
  CHECK(edit_distance("nedian", "median") == 1);
  CHECK(edit_distance("kitten", "sitting") == 3);
  CHECK(edit_distance("sitting", "kitten") == 3);
}

TEST_CASE("a mistyped name finds its nearest, a strange one finds none", "[core]") {
  CHECK(nearest("medain", kNames) == "median");
  CHECK(nearest("majority", kNames) == "majority_vote");
  CHECK(nearest("xyzzyx", kNames).empty());
  CHECK(nearest(std::string(100000, 'm'), kNames).empty());
  CHECK(suggestion("xyzzyx", kNames) == "; there is mean, median, majority_vote");
  CHECK(suggestion("x", {}) == "; there is none yet");
}

}  // namespace varangian

#include "core/json.h"
#include "support/catch.h"
#include "varangian/error.h"

namespace varangian {

TEST_CASE("comments are allowed in JSON and keys keep their order", "[core]") {
  const Json parsed = parse_json("{\"b\": 1, // one\n \"a\": 2}", "x.json");
  CHECK(parsed.begin().key() == "b");
  CHECK(parsed.at("a") == 2);
}

TEST_CASE("what is not JSON is refused with file, line and column", "[core]") {
  CHECK_THROWS_WITH(parse_json("{\"a\": 1,\n \"b\" 2}", "x.json"),
                    ContainsSubstring("x.json: not JSON") && ContainsSubstring("line 2, column 6"));
  CHECK_THROWS_WITH(parse_json("", "x.json"), ContainsSubstring("x.json: not JSON"));
  CHECK_THROWS_AS(parse_json("{\"a\": NaN}", "x.json"), Error);
  CHECK_THROWS_AS(parse_json("{\"a\": 1e999}", "x.json"), Error);
  CHECK_THROWS_AS(parse_json("{\"a\": \"\xff\"}", "x.json"), Error);
}

TEST_CASE("a key that stands twice in one object is refused", "[core]") {
  CHECK_THROWS_WITH(parse_json("{\"a\": {\"f\": 1, \"f\": 2}}", "x.json"),
                    ContainsSubstring("\"f\" stands twice"));
  CHECK_NOTHROW(parse_json("{\"a\": {\"f\": 1}, \"f\": 2}", "x.json"));
}

TEST_CASE("nesting deeper than 64 is refused", "[core]") {
  const auto nested = [](int depth) { return std::string(depth, '[') + std::string(depth, ']'); };
  CHECK_NOTHROW(parse_json(nested(60), "x.json"));
  CHECK_THROWS_WITH(parse_json(nested(100000), "x.json"), ContainsSubstring("nested deeper"));
}

TEST_CASE("a missing file is named", "[core]") {
  CHECK_THROWS_WITH(read_json("/nowhere/x.json"), ContainsSubstring("/nowhere/x.json: cannot be read"));
}

TEST_CASE("JSON pointers escape their two special characters", "[core]") {
  CHECK(child("/a", "b/c~d") == "/a/b~1c~0d");
  CHECK(child("/a", size_t{3}) == "/a/3");
}

}  // namespace varangian

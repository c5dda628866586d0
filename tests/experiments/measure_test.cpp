#include "experiments/comparison/measure.h"

#include "support/catch.h"
#include "support/scratch_folder.h"
#include "varangian/error.h"

#include <cmath>

namespace varangian {
namespace {

const std::vector<std::string> kRecordColumns = {
    "round", "train_loss", "validation_accuracy", "test_accuracy", "test_loss", "bytes_up", "bytes_down"};

// A run with this metrics.csv, evaluated every second round of eight.
struct RecordedRun {
  explicit RecordedRun(const std::string& csv, const std::string& status = "completed") {
    std::ofstream(folder / "metrics.csv") << csv;
    summary = {.folder = folder.string(),
               .status = status,
               .config = Json::parse(R"({"evaluate": {"every": 2}})"),
               .rounds = 8,
               .rounds_done = 8,
               .chance_accuracy = 0.1};
  }

  double operator()(const std::string& metric) const {
    const Measure measure = parse_measure(metric, kRecordColumns);
    return value_of(read_curve(summary, measure), measure);
  }

  ScratchFolder folder;
  RunSummary summary;
};

const std::string kHeader = "round,train_loss,test_accuracy,test_loss,bytes_up,bytes_down\n";
const std::string kRecord = kHeader +
                            "0,,0.2,3,0,0\n"
                            "1,2,,,10,1\n"
                            "2,1.5,0.5,2,10,1\n"
                            "3,1,,,10,1\n"
                            "4,0.5,0.7,1,10,1\n"
                            "8,0.75,0.6,1.5,10,1\n";

}  // namespace

TEST_CASE("each metric is what its name says", "[compare]") {
  const RecordedRun run(kRecord);
  CHECK(run("final_accuracy") == 0.6);
  CHECK(run("test_loss") == 1.5);
  CHECK(run("last:test_loss") == 1.5);
  CHECK(run("mean:test_accuracy:2") == Approx(0.65));
  CHECK(run("mean:test_accuracy:99") == Approx(0.5));
  CHECK(run("best:test_accuracy") == 0.7);
  CHECK(run("best:train_loss") == 0.5);
  CHECK(run("area:test_accuracy") == Approx((2 * 0.35 + 2 * 0.6 + 4 * 0.65) / 8));
  CHECK(run("rounds_to:test_accuracy:0.5") == 2);
  CHECK(run("bits_to:test_accuracy:0.7") == 8 * 44);
  CHECK(run("rounds_to:test_loss:1") == 4);
}

TEST_CASE("a target that is never reached is infinitely bad", "[compare]") {
  const RecordedRun run(kRecord);
  CHECK(run("rounds_to:test_accuracy:0.9") == INFINITY);
  CHECK(run("bits_to:test_loss:0.5") == INFINITY);
  CHECK_FALSE(parse_measure("rounds_to:test_accuracy:0.9", kRecordColumns).higher);
}

TEST_CASE("losses are better when lower, accuracies when higher", "[compare]") {
  CHECK(parse_measure("best:test_accuracy", kRecordColumns).higher);
  CHECK_FALSE(parse_measure("best:test_loss", kRecordColumns).higher);
  CHECK_FALSE(parse_measure("area:bytes_up", kRecordColumns).higher);
}

TEST_CASE("a diverged run stays at chance, its loss becomes infinite", "[compare]") {
  const RecordedRun run(kHeader + "0,,0.2,3,0,0\n1,2,,,10,1\n2,1.5,0.5,2,10,1\n3,inf,,,10,1\n", "diverged");
  CHECK(run("final_accuracy") == 0.1);
  CHECK(run("best:test_accuracy") == 0.5);
  CHECK(run("mean:test_accuracy:4") == Approx((0.5 + 3 * 0.1) / 4));  // rounds 2, 4, 6, 8
  CHECK(run("area:test_accuracy") == Approx((2 * 0.35 + 2 * 0.3 + 4 * 0.1) / 8));
  CHECK(run("rounds_to:test_accuracy:0.5") == 2);
  CHECK(run("last:test_loss") == INFINITY);
  CHECK(run("best:test_loss") == 2);
  const RecordedRun at_once(kHeader + "0,nan,,,0,0\n", "diverged");
  CHECK(at_once("final_accuracy") == 0.1);
}

TEST_CASE("a value that is not finite is infinitely bad, an empty cell is no value", "[compare]") {
  const RecordedRun run(kHeader + "0,,0.2,3,0,0\n1,,0.5,nan,1,1\n2,,,,1,1\n");
  CHECK(run("last:test_loss") == INFINITY);
  CHECK(run("final_accuracy") == 0.5);
  CHECK_THROWS_WITH(run("train_loss"), ContainsSubstring("metrics.csv: train_loss was not measured"));
}

TEST_CASE("final accuracy is of the test set, or of the validation set", "[compare]") {
  CHECK(parse_measure("final_accuracy", {"round", "validation_accuracy"}).column == "validation_accuracy");
  CHECK(parse_measure("final_accuracy", kRecordColumns).column == "test_accuracy");
  CHECK_THROWS_WITH(parse_measure("final_accuracy", {"round", "test_loss"}),
                    ContainsSubstring("no accuracy was measured") && ContainsSubstring("last:test_loss"));
}

TEST_CASE("a metric or column that does not exist is told with the nearest", "[compare]") {
  const auto message = [](const std::string& text) {
    try {
      parse_measure(text, kRecordColumns);
    } catch (const Error& error) {
      return std::string(error.what());
    }
    return std::string();
  };
  CHECK(message("finl_accuracy") ==
        "--metric: unknown metric \"finl_accuracy\"; did you mean \"final_accuracy\"?");
  CHECK(message("test_acuracy") ==
        "--metric: unknown metric \"test_acuracy\"; did you mean \"test_accuracy\"?");
  CHECK(message("lst:test_loss") == "--metric: unknown metric \"lst\"; did you mean \"last\"?");
  CHECK(message("best:test_los") == "--metric: unknown column \"test_los\"; did you mean \"test_loss\"?");
  CHECK(message("mean:test_loss").find("write for example mean:test_accuracy:10") != std::string::npos);
  CHECK(message("best:test_loss:3").find("write for example best:test_accuracy") != std::string::npos);
  CHECK(message("mean:test_loss:0").find("is not a whole number of values from 1") != std::string::npos);
  CHECK(message("rounds_to:test_loss:nan").find("the target \"nan\" is not a number") != std::string::npos);
  CHECK_FALSE(message("").empty());
  CHECK_FALSE(message(":").empty());
}

TEST_CASE("a damaged record is told with its line", "[compare]") {
  const auto message = [](const std::string& csv) {
    const RecordedRun run(csv);
    try {
      run("last:test_loss");
    } catch (const Error& error) {
      return std::string(error.what());
    }
    return std::string();
  };
  CHECK(message(kRecord.substr(0, kRecord.size() - 3)).find("metrics.csv: the last line is cut") !=
        std::string::npos);
  CHECK(message(kHeader + "0,,0.2\n").find("metrics.csv: line 2: 3 cells, the header has 6") !=
        std::string::npos);
  CHECK(message(kHeader + "0,,0.2,ten,0,0\n").find("line 2: \"ten\" is not a number") != std::string::npos);
  CHECK(message(kHeader + "1,,,1,0,0\n1,,,1,0,0\n").find("line 3: rounds do not increase") !=
        std::string::npos);
  CHECK(message("train_loss\n1\n").find("no column \"round\"") != std::string::npos);
  CHECK(message("").find("cannot be read, or is empty") != std::string::npos);
}

}  // namespace varangian

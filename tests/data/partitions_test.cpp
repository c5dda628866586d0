#include "data/partition.h"
#include "support/scratch_folder.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "support/catch.h"  // after torch, whose CHECK is another macro

using namespace varangian;

namespace {

using Given = std::map<std::string, Value>;

Shards deal(const std::string& name, const Given& given, const std::vector<int64_t>& labels, int64_t count,
            int64_t owners, uint64_t seed = 1) {
  const Descriptor& descriptor = Registry::instance().describe(Kind::partition, name);
  const int64_t classes = labels.empty() ? 0 : *std::max_element(labels.begin(), labels.end()) + 1;
  return make<Partition>(Kind::partition, name, values_for(descriptor, given))
      ->deal(labels, count, classes, owners, Random(seed, Purpose::partition));
}

/// Labels 0..classes-1 in turn.
std::vector<int64_t> turns(int64_t count, int64_t classes) {
  std::vector<int64_t> labels;
  for (int64_t i = 0; i < count; ++i) labels.push_back(i % classes);
  return labels;
}

bool holds_all_once(const Shards& shards, int64_t count) {
  std::vector<int64_t> all;
  for (const auto& shard : shards) all.insert(all.end(), shard.begin(), shard.end());
  std::sort(all.begin(), all.end());
  if (static_cast<int64_t>(all.size()) != count) return false;
  for (int64_t i = 0; i < count; ++i)
    if (all[static_cast<size_t>(i)] != i) return false;
  return true;
}

size_t spread_of_sizes(const Shards& shards) {
  const auto less = [](const auto& a, const auto& b) { return a.size() < b.size(); };
  const auto [low, high] = std::minmax_element(shards.begin(), shards.end(), less);
  return high->size() - low->size();
}

/// share[owner][label]: how much of the class the owner holds.
std::vector<std::vector<double>> shares(const Shards& dealt, const std::vector<int64_t>& labels,
                                        int64_t classes) {
  std::vector<std::vector<double>> share(dealt.size(), std::vector<double>(static_cast<size_t>(classes)));
  for (size_t owner = 0; owner < dealt.size(); ++owner)
    for (const int64_t i : dealt[owner])
      share[owner][static_cast<size_t>(labels[static_cast<size_t>(i)])] +=
          static_cast<double>(classes) / static_cast<double>(labels.size());
  return share;
}

std::string message_of(const std::string& text, int64_t count, int64_t owners) {
  const ScratchFolder folder;
  const std::string path = folder.write("p.json", Bytes(text.begin(), text.end())).string();
  try {
    deal("file", {{"path", path}}, {}, count, owners);
  } catch (const Error& error) {
    CHECK(std::string(error.what()).rfind(path + ": ", 0) == 0);
    return std::string(error.what()).substr(path.size() + 2);
  }
  return "no error";
}

const std::vector<std::pair<std::string, Given>> kPartitions = {
    {"iid", {}},
    {"by_label", {}},
    {"gamma_similarity", {{"gamma", 0.0}}},
    {"gamma_similarity", {{"gamma", 0.33}}},
    {"gamma_similarity", {{"gamma", 1.0}}},
    {"dirichlet", {{"alpha", 5e-324}}},
    {"dirichlet", {{"alpha", 1e-8}}},
    {"dirichlet", {{"alpha", 0.1}}},
    {"dirichlet", {{"alpha", 1.0}}},
    {"dirichlet", {{"alpha", 1e9}}},
    {"dirichlet", {{"alpha", std::numeric_limits<double>::max()}}}};

}  // namespace

TEST_CASE("Every partition deals every sample once, and the same way for the same seed") {
  for (const auto& [name, given] : kPartitions)
    for (const int64_t count : {0, 1, 7, 100, 1001})
      for (const int64_t owners : {1, 3, 10}) {
        INFO(name << " of " << count << " to " << owners);
        const std::vector<int64_t> labels = turns(count, 4);
        const Shards shards = deal(name, given, labels, count, owners);
        CHECK(static_cast<int64_t>(shards.size()) == owners);
        CHECK(holds_all_once(shards, count));
        CHECK(shards == deal(name, given, labels, count, owners));
        if (name != "dirichlet") CHECK(spread_of_sizes(shards) <= 1);
      }
}

TEST_CASE("Another seed deals otherwise, unless the order is by label alone") {
  for (const auto& [name, given] : kPartitions) {
    const std::vector<int64_t> labels = turns(200, 4);
    const bool same = deal(name, given, labels, 200, 5, 1) == deal(name, given, labels, 200, 5, 2);
    INFO(name);
    CHECK(same ==
          (name == "by_label" || (name == "gamma_similarity" && std::get<double>(given.at("gamma")) == 0)));
  }
}

TEST_CASE("An iid partition mixes the classes and needs no labels") {
  const std::vector<int64_t> labels = turns(10000, 4);
  for (const auto& owner : shares(deal("iid", {}, labels, 10000, 5), labels, 4))
    for (const double share : owner) CHECK(share == Approx(0.2).margin(0.04));
  CHECK(holds_all_once(deal("iid", {}, {}, 50, 7), 50));
}

TEST_CASE("By label, blocks are contiguous in the sorted order and ties keep theirs") {
  CHECK(deal("by_label", {}, {1, 0, 2, 1, 0}, 5, 2) == Shards{{1, 4, 0}, {3, 2}});
  for (const auto& shard : deal("by_label", {}, turns(4000, 4), 4000, 4)) {
    CHECK(shard.size() == 1000);
    CHECK(std::is_sorted(shard.begin(), shard.end()));
  }
}

TEST_CASE("Gamma is the iid share: 1 is iid, 0 is by label, between them the rest is sorted") {
  const std::vector<int64_t> labels = turns(103, 4);
  CHECK(deal("gamma_similarity", {{"gamma", 1.0}}, labels, 103, 5) == deal("iid", {}, labels, 103, 5));
  CHECK(deal("gamma_similarity", {{"gamma", 0.0}}, labels, 103, 5) == deal("by_label", {}, labels, 103, 5));

  const std::vector<int64_t> many = turns(10000, 4);
  const auto share = shares(deal("gamma_similarity", {{"gamma", 0.4}}, many, 10000, 4), many, 4);
  for (size_t owner = 0; owner < 4; ++owner)
    for (size_t label = 0; label < 4; ++label)
      CHECK(share[owner][label] == Approx(owner == label ? 0.7 : 0.1).margin(0.03));
}

TEST_CASE("Shares of a Dirichlet partition have the mean and variance of Dir(alpha)") {
  // Each of many classes is one draw of the shares of 4 owners: mean 1/4, variance (3/16) / (4 alpha + 1).
  const int64_t classes = 6000, size = 200, owners = 4;
  const std::vector<int64_t> labels = turns(classes * size, classes);
  for (const double alpha : {0.05, 0.5, 1.0, 3.0, 50.0}) {
    INFO("alpha " << alpha);
    const Shards dealt = deal("dirichlet", {{"alpha", alpha}}, labels, classes * size, owners);
    double squares = 0;
    for (const auto& owner : shares(dealt, labels, classes)) {
      double sum = 0;
      for (const double x : owner) {
        sum += x;
        squares += (x - 0.25) * (x - 0.25);
      }
      CHECK(sum / classes == Approx(0.25).margin(0.02));
    }
    // A shape that is off by a third shows as 5 % or more here.
    CHECK(squares / (owners * classes) == Approx(3.0 / 16 / (4 * alpha + 1)).epsilon(0.035));
  }
}

TEST_CASE("A tiny alpha gives each class to one owner, a huge one to all alike") {
  const std::vector<int64_t> labels = turns(3000, 30);
  for (const double alpha : {5e-324, 1e-300, 1e-8}) {
    std::vector<int> classes_of;
    for (const auto& owner : shares(deal("dirichlet", {{"alpha", alpha}}, labels, 3000, 3), labels, 30)) {
      CHECK(
          std::all_of(owner.begin(), owner.end(), [](double x) { return x == 0 || std::abs(x - 1) < 1e-9; }));
      classes_of.push_back(
          static_cast<int>(std::count_if(owner.begin(), owner.end(), [](double x) { return x > 0; })));
    }
    CHECK(*std::min_element(classes_of.begin(), classes_of.end()) >= 3);
  }
  for (const double alpha : {1e9, 1e300, std::numeric_limits<double>::max()})
    for (const auto& owner : shares(deal("dirichlet", {{"alpha", alpha}}, labels, 3000, 3), labels, 30))
      for (const double share : owner) CHECK(share == Approx(1.0 / 3).margin(0.011));
}

TEST_CASE("A partition by label without labels is an error, but not one without samples") {
  for (const auto& [name, given] : kPartitions) {
    INFO(name);
    CHECK(deal(name, given, {}, 0, 2) == Shards(2));
    if (name == "iid") continue;
    CHECK_THROWS_AS(deal(name, given, {}, 10, 2), Error);
  }
}

TEST_CASE("A partition from a file is what the file says") {
  const ScratchFolder folder;
  const std::string text = "[[3, 0], [], [\n 4 ]]";
  const std::string path = folder.write("p.json", Bytes(text.begin(), text.end())).string();
  CHECK(deal("file", {{"path", path}}, {}, 5, 3) == Shards{{3, 0}, {}, {4}});
}

TEST_CASE("A partition file with mistakes is an error that says where") {
  CHECK(message_of("[[0, 1], [5]]", 5, 2).rfind("/1/0: 5 is no index into the 5 samples", 0) == 0);
  CHECK(message_of("[[0, -1], []]", 5, 2).rfind("/0/1: -1 ", 0) == 0);
  CHECK(message_of("[[0.0], []]", 5, 2).rfind("/0/0: 0.0 ", 0) == 0);
  CHECK(message_of("[[18446744073709551615], []]", 5, 2).rfind("/0/0: 18446744073709551615 ", 0) == 0);
  CHECK(message_of("[[\"1\"], []]", 5, 2).rfind("/0/0: \"1\" ", 0) == 0);
  CHECK(message_of("[[0, 1], [1]]", 5, 2) == "/1/0: sample 1 is dealt twice; owner 0 has it");
  CHECK(message_of("[[2, 2], [1]]", 5, 2) == "/0/1: sample 2 is dealt twice; owner 0 has it");
  CHECK(message_of("[[0, 1]]", 5, 2).find("2 lists") != std::string::npos);
  CHECK(message_of("{\"0\": [1]}", 5, 1).find("want a list") != std::string::npos);
  CHECK(message_of("[1, [2]]", 5, 2).rfind("/0: want a list of indices, not 1", 0) == 0);
  CHECK(message_of("[[1e999]]", 5, 1) != "no error");
  CHECK(message_of(std::string(100'000, '['), 5, 1) != "no error");
  CHECK(message_of("\xff", 5, 1) != "no error");
}

TEST_CASE("A partition file that was cut short is an error at every length") {
  const std::string text = "[[0,1],[2]]";
  for (size_t length = 0; length < text.size(); ++length)
    CHECK(message_of(text.substr(0, length), 3, 2) != "no error");
  CHECK(message_of(text, 3, 2) == "no error");
}

#include "core/json.h"
#include "data/partition.h"

namespace varangian {
namespace {

class FromFile final : public Partition {
 public:
  explicit FromFile(const Values& values) : path_(values.text("path")) {}

  Shards deal(std::span<const int64_t>, int64_t count, int64_t, int64_t owners,
              const Random&) const override {
    const Json lists = read_json(path_);
    if (!lists.is_array() || static_cast<int64_t>(lists.size()) != owners)
      throw Error::format("{}: want a list of {} lists, one for each owner of data, not {}", path_, owners,
                          lists.is_array() ? fmt::format("{} of them", lists.size()) : shown(lists));
    Shards shards(static_cast<size_t>(owners));
    std::vector<int64_t> owner_of(static_cast<size_t>(count), -1);
    for (size_t owner = 0; owner < shards.size(); ++owner) {
      const Json& list = lists[owner];
      if (!list.is_array())
        throw Error::format("{}: /{}: want a list of indices, not {}", path_, owner, shown(list));
      for (size_t k = 0; k < list.size(); ++k) {
        const int64_t sample = index(list[k], count, owner, k);
        int64_t& earlier = owner_of[static_cast<size_t>(sample)];
        if (earlier >= 0)
          throw Error::format("{}: /{}/{}: sample {} is dealt twice; owner {} has it", path_, owner, k,
                              sample, earlier);
        earlier = static_cast<int64_t>(owner);
        shards[owner].push_back(sample);
      }
    }
    return shards;
  }

 private:
  int64_t index(const Json& value, int64_t count, size_t owner, size_t k) const {
    if (!value.is_number_unsigned() || value.get<uint64_t>() >= static_cast<uint64_t>(count))
      throw Error::format("{}: /{}/{}: {} is no index into the {} samples of the training set (from 0)",
                          path_, owner, k, shown(value), count);
    return value.get<int64_t>();
  }

  const std::string path_;
};

const Descriptor kFromFile = {
    .kind = Kind::partition,
    .name = "file",
    .summary = "a JSON list with one list for each owner of data: indices into the training set",
    .parameters = {{.name = "path",
                    .summary = "the JSON file; each sample belongs to one owner at most",
                    .initial = std::string(),
                    .required = true,
                    .is_file = true}}};

}  // namespace

VARANGIAN_REGISTER(FromFile, kFromFile)

}  // namespace varangian

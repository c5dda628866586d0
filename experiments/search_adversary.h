#pragma once

#include "experiments/config.h"
#include "experiments/halving.h"
#include "experiments/sweep_block.h"

#include <optional>
#include <span>
#include <string>
#include <vector>

namespace varangian {

/// `search/adversary` of a config: which candidate hurts each combination of the swept values most.
struct AdversarySearch {
  /// The sweep's axis of candidates.
  static constexpr const char* kAxis = "adversary";

  SweepAxis candidates;
  std::string metric;            ///< "": default_column
  std::optional<double> budget;  ///< runs of full length for each combination, seeds counted
  int64_t eta = 3;
};

/// The runs of one combination of the swept values.
struct SearchCell {
  Json swept;  ///< without candidate and seed
  std::vector<std::string> candidates;
  std::vector<std::vector<size_t>> runs;  ///< [candidate][seed], of Runs::runs
};

/// Reads the block and lays the candidates on the blocks of its sweep as one more axis, so that
/// everything that holds for swept runs holds for them.
AdversarySearch read_adversary_search(const Json& block, std::vector<SweepBlock>& blocks, Problems& problems);

/// What cannot be searched: a metric that is not measured, a budget that is too small.
void check_search(const AdversarySearch& search, std::span<const RunConfig> runs, Problems& problems);

std::vector<SearchCell> search_cells(std::span<const RunConfig> runs);

/// The levels of one combination: as many halvings as its budget asks for. None when it has too little.
std::vector<HalvingLevel> search_levels(const AdversarySearch& search, const SearchCell& cell,
                                        std::span<const RunConfig> runs);

/// For `varangian schema`.
Json adversary_search_schema();

}  // namespace varangian

#pragma once

#include "experiments/import/foreign_file.h"

namespace varangian {

enum class ByzflRole { aggregator, pre_aggregator, attack };

/// What ByzFL 0.0.11 writes as {"name", "parameters"}, as a component of ours: all of them when a parameter
/// is a list. NoAttack is null. An unknown name is a problem, and stays as it is.
std::vector<Json> byzfl_component(const Json& written, ByzflRole role, const std::string& pointer,
                                  ForeignFile& file);

/// A short name for each component or chain of them: its name, with its parameters where the names alone
/// are not different.
std::vector<std::string> labels_of(const std::vector<Json>& components);

}  // namespace varangian

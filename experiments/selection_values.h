#pragma once

#include "experiments/run_summary.h"
#include "experiments/selection.h"

#include <span>

namespace varangian {

/// Chooses by the results of the selection's runs. Values are means over seeds; a diverged run's accuracy
/// counts as chance, its other columns as infinitely bad. Only settings whose runs have all ended are
/// compared; among equals the first wins. The answer has "groups", each of them:
///
///     {"for": {axis: value}, "selected": {axis: value} or null,
///      "worst": {"at": {axis: value}, metric: number}, "worst_test": the same by `test_metric`,
///      "settings": [{"setting", "complete", "worst", "cells": [{"at", "runs", "diverged", metric, test}]}],
///      "incomplete": [{"setting", "at", "reason"}]}
Json select_values(const SweepSelection& selection, std::span<const RunSummary> runs);

}  // namespace varangian

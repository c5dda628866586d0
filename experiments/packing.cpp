#include "experiments/packing.h"

#include "engine/crew.h"
#include "engine/device.h"
#include "experiments/memory.h"

#include <algorithm>
#include <numeric>

namespace varangian {
namespace {

constexpr double kProcessBytes = 250e6;     // a process with LibTorch and without data
constexpr double kGpuProcessBytes = 700e6;  // its context on a GPU
constexpr double kUsable = 0.9;             // of the memory there is

// How many of the largest runs fit side by side; at least one, which check_fit has let pass.
int fitting(std::vector<double> needs, double overhead, double available) {
  std::sort(needs.begin(), needs.end(), std::greater<>());
  double sum = 0;
  int count = 0;
  for (const double need : needs)
    if ((sum += need + overhead) <= kUsable * available || count == 0)
      ++count;
    else
      break;
  return count;
}

std::vector<std::vector<int>> divided(const std::vector<int>& cpus, int jobs) {
  std::vector<std::vector<int>> sets(static_cast<size_t>(jobs));
  if (cpus.size() < sets.size()) return sets;
  for (size_t job = 0; job < sets.size(); ++job)
    sets[job].assign(cpus.begin() + static_cast<long>(job * cpus.size() / sets.size()),
                     cpus.begin() + static_cast<long>((job + 1) * cpus.size() / sets.size()));
  return sets;
}

}  // namespace

double work_of(const RunConfig& run, const RunSize& size) {
  const double rows = static_cast<double>(run.count);
  return static_cast<double>(run.rounds) * static_cast<double>(size.parameters) * rows *
         (static_cast<double>(run.batch) + rows);
}

Packing make_packing(const Plan& plan, int asked, int share) {
  Packing packing;
  std::vector<double> needs, work(plan.runs.runs.size());
  for (size_t i = 0; i < plan.runs.runs.size(); ++i) {
    if (!plan.verdicts[i].starts) continue;
    packing.order.push_back(i);
    needs.push_back(plan.sizes[i].bytes);
    work[i] = work_of(plan.runs.runs[i], plan.sizes[i]);
  }
  std::stable_sort(packing.order.begin(), packing.order.end(),
                   [&](size_t a, size_t b) { return work[a] > work[b]; });
  if (packing.order.empty()) return packing;

  const RunConfig& first = plan.runs.runs.front();
  const std::vector<int> cpus = allowed_cpu_list();
  const int all = static_cast<int>(cpus.size()), processors = share > 0 ? std::min(all, share) : all;
  int most = fitting(needs, kProcessBytes, available_memory());
  if (!plan.device.is_cpu()) most = std::min(most, fitting(needs, kGpuProcessBytes, free_gpu_memory()));
  if (asked > most && asked <= static_cast<int>(needs.size()))
    throw Error::format("--jobs {}: that many of the largest runs do not fit in memory; at most {}", asked,
                        most);
  const int each = static_cast<int>(first.threads.value_or(1));
  packing.jobs = asked > 0 ? asked : std::max(1, std::min(processors / each, most));
  packing.jobs = std::min(packing.jobs, static_cast<int>(needs.size()));
  packing.threads = !plan.device.is_cpu()
                        ? 1
                        : static_cast<int>(first.threads.value_or(std::max(1, processors / packing.jobs)));
  packing.cpus.resize(static_cast<size_t>(packing.jobs));
  // Of a share nobody knows which processors it is.
  if (first.pin && processors == all && packing.jobs * packing.threads <= all)
    packing.cpus = divided(cpus, packing.jobs);
  return packing;
}

}  // namespace varangian

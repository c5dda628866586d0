#pragma once

#include "varangian/parallel.h"

#include <atomic>
#include <cstdint>
#include <exception>
#include <functional>
#include <memory>
#include <thread>
#include <vector>

namespace varangian {

/// The worker threads of a process, and the only place that makes threads: each of them, the caller too, runs
/// LibTorch's operators with one thread, without which results change with the number of threads. Thread 0 is
/// the caller. Between phases threads spin for 50 us, then sleep.
class Crew final : public Parallel {
 public:
  /// Pins each thread to a processor of the inherited set when `pin` and there are as many.
  explicit Crew(int threads, bool pin = true);
  ~Crew() override;
  Crew(const Crew&) = delete;
  Crew& operator=(const Crew&) = delete;

  int threads() const { return static_cast<int>(threads_.size()) + 1; }

  void for_each(int64_t count, const std::function<void(int64_t)>& task) override;

 private:
  struct Pinning;

  void serve(int index);
  void work();
  template <typename Ready>
  void await(const std::atomic<uint32_t>& value, uint32_t old, Ready ready) const;

  bool spin_;
  std::unique_ptr<Pinning> pinning_;
  std::atomic<uint32_t> phase_{0};
  std::atomic<uint32_t> busy_{0};
  std::atomic<bool> closing_{false};
  std::atomic<int64_t> next_{0};
  int64_t count_ = 0;
  const std::function<void(int64_t)>* task_ = nullptr;
  std::vector<std::exception_ptr> failures_;
  std::vector<std::thread> threads_;
};

/// How many processors this thread may use, and which.
int allowed_cpus();
std::vector<int> allowed_cpu_list();

/// Keeps this thread, and those that it will start, on these processors.
void stay_on(const std::vector<int>& cpus);

}  // namespace varangian

#include "engine/crew.h"

#include "varangian/error.h"

#include <ATen/Parallel.h>
#include <c10/core/InferenceMode.h>

#include <pthread.h>
#include <sched.h>

#include <chrono>

namespace varangian {
namespace {

constexpr auto kSpin = std::chrono::microseconds(50);

cpu_set_t allowed_set() {
  cpu_set_t set;
  CPU_ZERO(&set);
  pthread_getaffinity_np(pthread_self(), sizeof set, &set);
  return set;
}

inline void pause() {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#endif
}

}  // namespace

int allowed_cpus() {
  const cpu_set_t set = allowed_set();
  return std::max(1, CPU_COUNT(&set));
}

std::vector<int> allowed_cpu_list() {
  const cpu_set_t set = allowed_set();
  std::vector<int> cpus;
  for (int cpu = 0; cpu < CPU_SETSIZE; ++cpu)
    if (CPU_ISSET(cpu, &set)) cpus.push_back(cpu);
  return cpus;
}

void stay_on(const std::vector<int>& cpus) {
  cpu_set_t set;
  CPU_ZERO(&set);
  for (const int cpu : cpus) CPU_SET(cpu, &set);
  pthread_setaffinity_np(pthread_self(), sizeof set, &set);
}

// Thread i goes to the i-th allowed processor; the caller gets its set back at the end.
struct Crew::Pinning {
  cpu_set_t inherited = allowed_set();

  void pin(int index) const {
    for (int cpu = 0, seen = 0; cpu < CPU_SETSIZE; ++cpu) {
      if (!CPU_ISSET(cpu, &inherited) || seen++ != index) continue;
      cpu_set_t one;
      CPU_ZERO(&one);
      CPU_SET(cpu, &one);
      pthread_setaffinity_np(pthread_self(), sizeof one, &one);
    }
  }

  ~Pinning() { pthread_setaffinity_np(pthread_self(), sizeof inherited, &inherited); }
};

Crew::Crew(int threads, bool pin) : spin_(threads <= allowed_cpus()) {
  VARANGIAN_ASSERT_LE(1, threads);
  at::set_num_threads(1);
  // Fewer threads than processors leave room for others, who would pin to the same ones.
  if (pin && threads > 1 && threads == allowed_cpus()) pinning_ = std::make_unique<Pinning>();
  for (int index = 1; index < threads; ++index) threads_.emplace_back([this, index] { serve(index); });
  if (pinning_) pinning_->pin(0);
}

Crew::~Crew() {
  closing_ = true;
  phase_.fetch_add(1, std::memory_order_release);
  phase_.notify_all();
  for (std::thread& thread : threads_) thread.join();
}

template <typename Ready>
void Crew::await(const std::atomic<uint32_t>& value, uint32_t old, Ready ready) const {
  if (spin_) {
    const auto end = std::chrono::steady_clock::now() + kSpin;
    while (std::chrono::steady_clock::now() < end)
      for (int i = 0; i < 32; ++i) {
        if (ready(value.load(std::memory_order_acquire))) return;
        pause();
      }
  }
  while (!ready(value.load(std::memory_order_acquire))) value.wait(old, std::memory_order_acquire);
}

void Crew::serve(int index) {
  at::set_num_threads(1);
  if (pinning_) pinning_->pin(index);
  for (uint32_t phase = 0;; ++phase) {
    await(phase_, phase, [phase](uint32_t now) { return now != phase; });
    if (closing_) return;
    work();
    if (busy_.fetch_sub(1, std::memory_order_acq_rel) == 1) busy_.notify_one();
  }
}

void Crew::work() {
  const c10::InferenceMode no_autograd;
  for (int64_t i; (i = next_.fetch_add(1, std::memory_order_relaxed)) < count_;) {
    try {
      (*task_)(i);
    } catch (...) {
      failures_[static_cast<size_t>(i)] = std::current_exception();
    }
  }
}

void Crew::for_each(int64_t count, const std::function<void(int64_t)>& task) {
  if (count == 0) return;
  task_ = &task;
  count_ = count;
  failures_.assign(static_cast<size_t>(count), nullptr);
  next_.store(0, std::memory_order_relaxed);
  if (count > 1 && !threads_.empty()) {
    busy_.store(static_cast<uint32_t>(threads_.size()), std::memory_order_relaxed);
    phase_.fetch_add(1, std::memory_order_release);
    phase_.notify_all();
    work();
    for (uint32_t left; (left = busy_.load(std::memory_order_acquire)) != 0;)
      await(busy_, left, [left](uint32_t now) { return now != left; });
  } else {
    work();
  }
  for (const std::exception_ptr& failure : failures_)
    if (failure) std::rethrow_exception(failure);
}

}  // namespace varangian

#include "experiments/stop_request.h"

#include <csignal>

namespace varangian {
namespace {

std::atomic<bool> stop_requested{false};
volatile std::sig_atomic_t signal_that_came = 0;

void request_stop(int signal) {
  stop_requested = true;
  signal_that_came = signal;
  std::signal(signal, SIG_DFL);
}

}  // namespace

const std::atomic<bool>& stop_on_signals() {
  std::signal(SIGPIPE, SIG_IGN);
  std::signal(SIGXFSZ, SIG_IGN);
  for (const int signal : {SIGINT, SIGTERM, SIGHUP, SIGUSR1})
    if (std::signal(signal, request_stop) == SIG_IGN) std::signal(signal, SIG_IGN);
  return stop_requested;
}

int stop_signal() { return signal_that_came; }

}  // namespace varangian

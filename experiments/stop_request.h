#pragma once

#include <atomic>

namespace varangian {

/// From now on the first SIGINT, SIGTERM, SIGHUP or SIGUSR1 makes this true, for runs to end after their
/// round with a checkpoint; a second one kills as usual. One that the parent ignores (nohup) stays ignored.
/// SIGPIPE and SIGXFSZ do nothing: a run outlives its terminal and whoever reads its output, and a file that
/// grows too large is an error like a full disk.
const std::atomic<bool>& stop_on_signals();

/// The signal that came; 0 before.
int stop_signal();

}  // namespace varangian

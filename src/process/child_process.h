#pragma once

#include "core/json.h"
#include "process/channel.h"
#include "process/shared_memory.h"

#include <ATen/core/Tensor.h>

#include <sys/types.h>

#include <functional>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <vector>

namespace varangian {

/// An array that crosses between two processes.
struct NamedArray {
  std::string name;
  at::Tensor tensor;
};

/// What a child may ask back while it works on a request: it writes a question and arrays of these types and
/// shapes, and finds the reply and what `reply` wrote to the arrays.
struct Questions {
  std::vector<NamedArray> arrays;
  std::function<Json(const Json& question, const std::vector<at::Tensor>& arrays)> reply;
};

/// A program that does a component's work in a process of its own (docs/process.md). It starts when it is
/// first asked, keeps the terminal, is spoken to over a socket, and ends with this object or this process.
class ChildProcess {
 public:
  /// `seconds`: how long an answer may take; 0: for ever, as a debugger wants. Throws Error when there is no
  /// such program.
  ChildProcess(std::vector<std::string> command, double seconds);
  ~ChildProcess();

  /// Sends a request and returns the answer. Inputs that lie in shared memory are not copied; outputs, whose
  /// type and shape the answer must have, are written. Throws Error when the child says what went wrong, when
  /// it ends or is late, or when its answer does not fit. One request at a time, whoever asks. Each message
  /// of the child has the whole time.
  Json ask(Json request, const std::vector<NamedArray>& inputs, const std::vector<NamedArray>& outputs,
           const Questions& questions = {});

 private:
  using Outcome = Channel::Outcome;

  void start();
  void stop();
  [[noreturn]] void fail(Outcome outcome);
  std::string ending();
  Json described(const at::Tensor& tensor, const SharedPlace& place);
  void make_room(std::initializer_list<const std::vector<NamedArray>*> all);
  Json converse(Json request, const Questions& questions, const std::vector<at::Tensor>& arrays);
  SharedPlace place_in_room(size_t bytes);

  std::vector<std::string> command_;
  double seconds_;
  std::mutex turn_;
  pid_t pid_ = -1;
  std::unique_ptr<Channel> channel_;
  std::set<int64_t> known_;             ///< memories that the child has
  std::unique_ptr<SharedMemory> room_;  ///< for outputs, and for inputs that lie elsewhere
  size_t used_ = 0;
  Json memories_;           ///< that go with the request in hand
  std::vector<int> files_;  ///< their files
};

}  // namespace varangian

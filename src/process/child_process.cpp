#include "process/child_process.h"

#include "process/spawn.h"

#include <ATen/ATen.h>
#include <fmt/ranges.h>

#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstring>
#include <thread>

namespace varangian {
namespace {

using std::chrono::milliseconds, std::chrono::steady_clock;

constexpr size_t kAlignment = 64;

size_t padded(size_t bytes) { return (bytes + kAlignment - 1) / kAlignment * kAlignment; }

const char* type_name(at::ScalarType type) {
  switch (type) {
    case at::kFloat:
      return "float32";
    case at::kDouble:
      return "float64";
    case at::kLong:
      return "int64";
    default:
      throw Error::format("arrays of {} cannot be sent to another process", toString(type));
  }
}

// Memory as NumPy sees it: on the CPU, without gaps.
at::Tensor plain(const at::Tensor& tensor) { return tensor.to(at::kCPU).contiguous(); }

}  // namespace

ChildProcess::ChildProcess(std::vector<std::string> command, double seconds)
    : command_(std::move(command)), seconds_(seconds) {
  require_program(command_);
}

ChildProcess::~ChildProcess() { stop(); }

void ChildProcess::start() {
  if (pid_ >= 0) return;
  Spawned child = spawn(command_);
  pid_ = child.pid;
  channel_ = std::make_unique<Channel>(child.socket);
}

// The closed socket asks it to end; a second later it must.
void ChildProcess::stop() {
  if (pid_ <= 0) return;
  channel_->close();
  const auto patience = steady_clock::now() + milliseconds(1000);
  while (waitpid(pid_, nullptr, WNOHANG) == 0) {
    if (steady_clock::now() > patience) kill(pid_, SIGKILL);
    std::this_thread::sleep_for(milliseconds(1));
  }
  pid_ = 0;  // never started again
}

std::string ChildProcess::ending() {
  channel_->close();
  int status = 0;
  const auto patience = steady_clock::now() + milliseconds(1000);
  pid_t done = 0;
  while ((done = waitpid(pid_, &status, WNOHANG)) == 0 && steady_clock::now() < patience)
    std::this_thread::sleep_for(milliseconds(1));
  if (done == 0) {
    stop();
    return "closed its socket";
  }
  pid_ = 0;
  if (WIFSIGNALED(status))
    return fmt::format("was killed by signal {} ({})", WTERMSIG(status), strsignal(WTERMSIG(status)));
  return fmt::format("ended with exit code {}", WEXITSTATUS(status));
}

void ChildProcess::fail(Outcome outcome) {
  const std::string command = fmt::format("`{}`", fmt::join(command_, " "));
  if (outcome == Outcome::closed)
    throw Error::format("{} {} before it answered; what it printed stands above", command, ending());
  kill(pid_, SIGKILL);
  stop();
  throw Error::format(
      "{} did not answer within {} s and was ended; raise \"seconds\", or set it to 0 to wait for ever, as "
      "for "
      "a debugger",
      command, seconds_);
}

SharedPlace ChildProcess::place_in_room(size_t bytes) {
  const SharedPlace place{room_->id(), room_->file(), room_->bytes(), used_};
  used_ += padded(bytes);
  return place;
}

void ChildProcess::make_room(std::initializer_list<const std::vector<NamedArray>*> all) {
  size_t needed = kAlignment;
  for (const auto* arrays : all)
    for (const NamedArray& array : *arrays) needed += padded(array.tensor.nbytes());
  used_ = 0;
  if (room_ != nullptr && room_->bytes() >= needed) return;
  room_ = std::make_unique<SharedMemory>(needed);
}

Json ChildProcess::described(const at::Tensor& tensor, const SharedPlace& place) {
  if (known_.insert(place.id).second) {
    memories_.push_back({{"id", place.id}, {"bytes", place.bytes}, {"writable", place.id == room_->id()}});
    files_.push_back(place.file);
  }
  return {{"memory", place.id},
          {"offset", place.offset},
          {"type", type_name(tensor.scalar_type())},
          {"shape", std::vector<int64_t>(tensor.sizes().begin(), tensor.sizes().end())}};
}

// Sends the request, answers what the child asks back, and returns its answer.
Json ChildProcess::converse(Json request, const Questions& questions, const std::vector<at::Tensor>& arrays) {
  while (true) {
    Deadline deadline;
    if (seconds_ > 0)
      deadline = steady_clock::now() +
                 std::chrono::duration_cast<steady_clock::duration>(std::chrono::duration<double>(seconds_));
    if (const Outcome sent = channel_->send(request, files_, deadline); sent != Outcome::done) fail(sent);
    Json answer;
    if (const Outcome got = channel_->receive(answer, deadline); got != Outcome::done) fail(got);
    if (!answer.is_object()) throw Error::format("its answer is {}, want an object", shown(answer));
    if (!answer.contains("question")) return answer;
    if (!questions.reply)
      throw Error::format("it asks {}, and there is nothing to ask here", shown(answer["question"]));
    request = questions.reply(answer, arrays);
    request["memories"] = Json::array();
    files_.clear();
  }
}

Json ChildProcess::ask(Json request, const std::vector<NamedArray>& inputs,
                       const std::vector<NamedArray>& outputs, const Questions& questions) {
  const std::lock_guard lock(turn_);
  start();
  if (pid_ == 0) throw Error::format("`{}` has ended", fmt::join(command_, " "));
  make_room({&inputs, &outputs, &questions.arrays});
  memories_ = Json::array();
  files_.clear();
  request["inputs"] = Json::object();
  request["outputs"] = Json::object();
  for (const NamedArray& array : inputs) {
    const at::Tensor tensor = plain(array.tensor);
    auto place = shared_place(tensor.const_data_ptr(), tensor.nbytes());
    if (!place) {
      place = place_in_room(tensor.nbytes());
      std::memcpy(room_->data() + place->offset, tensor.const_data_ptr(), tensor.nbytes());
    }
    request["inputs"][array.name] = described(tensor, *place);
  }
  std::vector<size_t> offsets;
  for (const NamedArray& array : outputs) {
    const SharedPlace place = place_in_room(array.tensor.nbytes());
    offsets.push_back(place.offset);
    request["outputs"][array.name] = described(array.tensor, place);
  }
  std::vector<at::Tensor> scratch;
  if (!questions.arrays.empty()) request["scratch"] = Json::object();
  for (const NamedArray& array : questions.arrays) {
    const SharedPlace place = place_in_room(array.tensor.nbytes());
    request["scratch"][array.name] = described(array.tensor, place);
    scratch.push_back(at::from_blob(room_->data() + place.offset, array.tensor.sizes(),
                                    at::TensorOptions(array.tensor.scalar_type())));
  }
  request["memories"] = memories_;
  const Json answer = converse(std::move(request), questions, scratch);
  if (const auto error = answer.find("error"); error != answer.end())
    throw Error(error->is_string() ? error->get<std::string>() : error->dump());

  const Json written = answer.value("outputs", Json::object());
  for (size_t i = 0; i < outputs.size(); ++i) {
    const auto& [name, tensor] = outputs[i];
    const Json shape = std::vector<int64_t>(tensor.sizes().begin(), tensor.sizes().end());
    const auto found = written.find(name);
    if (found == written.end())
      throw Error::format("it returns no \"{}\", an array of shape {}", name, shape.dump());
    if (*found != shape)
      throw Error::format("it returns \"{}\" of shape {}, want {}", name, shown(*found), shape.dump());
    at::Tensor(tensor).copy_(
        at::from_blob(room_->data() + offsets[i], tensor.sizes(), at::TensorOptions(tensor.scalar_type())));
  }
  return answer;
}

}  // namespace varangian

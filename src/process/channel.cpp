#include "process/channel.h"

#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace varangian {
namespace {

constexpr size_t kLongest = size_t{64} << 20;
constexpr size_t kMostFiles = 16;  // in one message

}  // namespace

Channel::~Channel() { close(); }

void Channel::close() {
  if (socket_ >= 0) ::close(socket_);
  socket_ = -1;
}

Channel::Outcome Channel::wait(short events, const Deadline& deadline) const {
  using std::chrono::steady_clock, std::chrono::milliseconds;
  pollfd entry{.fd = socket_, .events = events, .revents = 0};
  for (;;) {
    int timeout = -1;
    if (deadline) {
      const auto left = std::chrono::ceil<milliseconds>(*deadline - steady_clock::now()).count();
      timeout = static_cast<int>(std::clamp<int64_t>(left, 0, 1 << 30));
    }
    const int ready = poll(&entry, 1, timeout);
    if (ready > 0) return Outcome::done;
    if (ready == 0) return Outcome::late;
    if (errno != EINTR) return Outcome::closed;  // a signal asks the run to stop after this round
  }
}

Channel::Outcome Channel::send(const Json& message, const std::vector<int>& files, const Deadline& deadline) {
  VARANGIAN_ASSERT_LE(files.size(), kMostFiles);
  const std::string text = message.dump();
  std::string bytes(4, '\0');
  for (size_t i = 0; i < 4; ++i) bytes[i] = static_cast<char>(text.size() >> (8 * i) & 0xff);
  bytes += text;
  alignas(cmsghdr) char control[CMSG_SPACE(sizeof(int) * kMostFiles)] = {};
  for (size_t sent = 0; sent < bytes.size();) {
    iovec part{.iov_base = bytes.data() + sent, .iov_len = bytes.size() - sent};
    msghdr header{};
    header.msg_iov = &part;
    header.msg_iovlen = 1;
    if (sent == 0 && !files.empty()) {  // files travel with the first byte
      header.msg_control = control;
      header.msg_controllen = CMSG_SPACE(sizeof(int) * files.size());
      cmsghdr* attached = CMSG_FIRSTHDR(&header);
      attached->cmsg_level = SOL_SOCKET;
      attached->cmsg_type = SCM_RIGHTS;
      attached->cmsg_len = CMSG_LEN(sizeof(int) * files.size());
      std::memcpy(CMSG_DATA(attached), files.data(), sizeof(int) * files.size());
    }
    if (const Outcome ready = wait(POLLOUT, deadline); ready != Outcome::done) return ready;
    const ssize_t count = sendmsg(socket_, &header, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (count > 0)
      sent += static_cast<size_t>(count);
    else if (errno != EINTR && errno != EAGAIN)
      return Outcome::closed;
  }
  return Outcome::done;
}

Channel::Outcome Channel::receive(char* begin, size_t bytes, const Deadline& deadline) {
  for (size_t got = 0; got < bytes;) {
    if (const Outcome ready = wait(POLLIN, deadline); ready != Outcome::done) return ready;
    const ssize_t count = recv(socket_, begin + got, bytes - got, MSG_DONTWAIT);
    if (count > 0)
      got += static_cast<size_t>(count);
    else if (count == 0 || (errno != EINTR && errno != EAGAIN))
      return Outcome::closed;
  }
  return Outcome::done;
}

Channel::Outcome Channel::receive(Json& message, const Deadline& deadline) {
  unsigned char length[4];
  if (const Outcome got = receive(reinterpret_cast<char*>(length), 4, deadline); got != Outcome::done)
    return got;
  size_t size = 0;
  for (size_t i = 4; i-- > 0;) size = size << 8 | length[i];
  if (size > kLongest) throw Error::format("its answer has {} bytes, more than {}", size, kLongest);
  std::string text(size, '\0');
  if (const Outcome got = receive(text.data(), size, deadline); got != Outcome::done) return got;
  message = parse_json(text, "its answer");
  return Outcome::done;
}

}  // namespace varangian

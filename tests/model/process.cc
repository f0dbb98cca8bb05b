#include "tests/model/process.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>

#include "ledger/base/check.h"
#include "tests/base/killed.h"
#include "tests/base/message.h"

namespace hourbook {

Worker::~Worker() {
  HOURBOOK_CHECK(End() == 0, "a worker ended badly: it crashed, or a sanitizer found something");
}

bool Worker::Begin() {
  std::array<int, 2> to, from;
  if (::pipe2(to.data(), O_CLOEXEC) != 0 || ::pipe2(from.data(), O_CLOEXEC) != 0) return false;
  posix_spawn_file_actions_t actions;
  ::posix_spawn_file_actions_init(&actions);
  ::posix_spawn_file_actions_adddup2(&actions, to[0], STDIN_FILENO);
  ::posix_spawn_file_actions_adddup2(&actions, from[1], STDOUT_FILENO);
  std::string program = "/proc/self/exe", argument = kWorkerArgument;
  char* const arguments[] = {program.data(), argument.data(), nullptr};
  const int failed = ::posix_spawn(&process_, program.c_str(), &actions, nullptr, arguments, environ);
  ::posix_spawn_file_actions_destroy(&actions);
  ::close(to[0]);
  ::close(from[1]);
  to_ = to[1];
  from_ = from[0];
  if (failed != 0) process_ = 0;
  begun_ += failed == 0;
  return failed == 0;
}

bool Worker::Send(const Call& call) {
  if (process_ == 0 && !Begin()) return false;
  return WriteMessage(to_, Encode(call));
}

std::optional<Reply> Worker::Serve(const Call& call) {
  const std::optional<std::string> message = Send(call) ? ReadMessage(from_) : std::nullopt;
  if (!message) End();
  return message ? DecodeReply(*message) : std::nullopt;
}

bool Worker::Kill() {
  if (process_ == 0) return true;
  ::kill(process_, SIGKILL);
  return WasKilled(End());
}

bool Worker::KillWhileServing(const Call& call, unsigned microseconds) {
  const bool is_sent = Send(call);
  if (is_sent) ::usleep(microseconds);
  return Kill() && is_sent;
}

int Worker::End() {
  if (process_ == 0) return 0;
  ::close(to_);
  ::close(from_);
  int status = 0;
  while (::waitpid(process_, &status, 0) < 0 && errno == EINTR) {
  }
  process_ = 0;
  return status;
}

int ServeAsWorker() {
  Desk desk;
  while (true) {
    const std::optional<std::string> message = ReadMessage(STDIN_FILENO);
    if (!message) return 0;
    const std::optional<Call> call = DecodeCall(*message);
    if (!call || !WriteMessage(STDOUT_FILENO, Encode(desk.Serve(*call)))) return 1;
  }
}

}  // namespace hourbook

#include "tests/crash/other_process.h"

#include <sys/wait.h>
#include <unistd.h>

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "ledger/base/check.h"
#include "tests/base/message.h"

namespace hourbook::crash {
namespace {

// Whoever is at the other end has not ended.
void Write(int pipe, const std::string& message) {
  HOURBOOK_CHECK(WriteMessage(pipe, message), "the other process listens");
}
std::string Read(int pipe) {
  std::optional<std::string> message = ReadMessage(pipe);
  HOURBOOK_CHECK(message, "the other process answers");
  return *std::move(message);
}

void WriteNumber(int pipe, uint64_t number) { Write(pipe, std::to_string(number)); }
uint64_t ReadNumber(int pipe) { return std::stoull(Read(pipe)); }

void WriteOps(int pipe, const std::vector<Op>& ops) {
  WriteNumber(pipe, ops.size());
  for (const Op& op : ops) {
    for (const uint64_t number : {static_cast<uint64_t>(op.kind), op.file, op.offset}) WriteNumber(pipe, number);
    for (const std::string* const text : {&op.data, &op.name, &op.new_name}) Write(pipe, *text);
  }
}

std::vector<Op> ReadOps(int pipe) {
  std::vector<Op> ops(ReadNumber(pipe));
  for (Op& op : ops) {
    op.kind = static_cast<Op::Kind>(ReadNumber(pipe));
    op.file = ReadNumber(pipe);
    op.offset = ReadNumber(pipe);
    op.data = Read(pipe);
    op.name = Read(pipe);
    op.new_name = Read(pipe);
  }
  return ops;
}

[[noreturn]] void Work(Recording& recording, int orders, int answers, const std::function<uint64_t(uint64_t)>& work) {
  recording.Split();  // the other's
  while (const std::optional<std::string> order = ReadMessage(orders)) {
    const uint64_t answer = work(std::stoull(*order));
    WriteNumber(answers, answer);
    WriteOps(answers, recording.Split());
  }
  ::_exit(0);
}

}  // namespace

OtherProcess::OtherProcess(Recording& recording, const std::function<uint64_t(uint64_t)>& work)
    : recording_(recording) {
  int orders[2], answers[2];
  HOURBOOK_CHECK(::pipe(orders) == 0 && ::pipe(answers) == 0, "there are file descriptors");
  process_ = ::fork();
  HOURBOOK_CHECK(process_ >= 0, "there is room for a process");
  if (process_ == 0) {
    ::close(orders[1]);
    ::close(answers[0]);
    Work(recording, orders[0], answers[1], work);
  }
  ::close(orders[0]);
  ::close(answers[1]);
  orders_ = orders[1];
  answers_ = answers[0];
}

OtherProcess::~OtherProcess() {
  ::close(orders_);
  ::close(answers_);
  ::waitpid(process_, nullptr, 0);
}

uint64_t OtherProcess::Do(uint64_t order) {
  WriteNumber(orders_, order);
  const uint64_t answer = ReadNumber(answers_);
  recording_.Add(ReadOps(answers_));
  return answer;
}

}  // namespace hourbook::crash

#include "tests/crash/other_process.h"

#include <sys/wait.h>
#include <unistd.h>

#include <string>
#include <vector>

#include "ledger/base/check.h"

namespace hourbook::crash {
namespace {

void WriteAll(int pipe, const void* data, size_t size) {
  const char* next = static_cast<const char*>(data);
  while (size > 0) {
    const ssize_t written = ::write(pipe, next, size);
    HOURBOOK_CHECK(written > 0, "the other process listens");
    next += written;
    size -= static_cast<size_t>(written);
  }
}

// False at the end.
bool ReadAll(int pipe, void* data, size_t size) {
  char* next = static_cast<char*>(data);
  while (size > 0) {
    const ssize_t got = ::read(pipe, next, size);
    if (got <= 0) return false;
    next += got;
    size -= static_cast<size_t>(got);
  }
  return true;
}

void WriteNumber(int pipe, uint64_t number) { WriteAll(pipe, &number, sizeof(number)); }

uint64_t ReadNumber(int pipe) {
  uint64_t number = 0;
  HOURBOOK_CHECK(ReadAll(pipe, &number, sizeof(number)), "the other process answers");
  return number;
}

void WriteText(int pipe, const std::string& text) {
  WriteNumber(pipe, text.size());
  WriteAll(pipe, text.data(), text.size());
}

std::string ReadText(int pipe) {
  std::string text(ReadNumber(pipe), '\0');
  HOURBOOK_CHECK(ReadAll(pipe, text.data(), text.size()), "the other process answers");
  return text;
}

void WriteOps(int pipe, const std::vector<Op>& ops) {
  WriteNumber(pipe, ops.size());
  for (const Op& op : ops) {
    for (const uint64_t number : {static_cast<uint64_t>(op.kind), op.file, op.offset}) WriteNumber(pipe, number);
    for (const std::string* const text : {&op.data, &op.name, &op.new_name}) WriteText(pipe, *text);
  }
}

std::vector<Op> ReadOps(int pipe) {
  std::vector<Op> ops(ReadNumber(pipe));
  for (Op& op : ops) {
    op.kind = static_cast<Op::Kind>(ReadNumber(pipe));
    op.file = ReadNumber(pipe);
    op.offset = ReadNumber(pipe);
    op.data = ReadText(pipe);
    op.name = ReadText(pipe);
    op.new_name = ReadText(pipe);
  }
  return ops;
}

[[noreturn]] void Work(Recording& recording, int orders, int answers, const std::function<uint64_t(uint64_t)>& work) {
  recording.Split();  // the other's
  uint64_t order = 0;
  while (ReadAll(orders, &order, sizeof(order))) {
    const uint64_t answer = work(order);
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

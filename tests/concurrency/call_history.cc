#include "tests/concurrency/call_history.h"

#include <fcntl.h>
#include <time.h>
#include <unistd.h>
#include <xxhash.h>

#include <cstring>
#include <fstream>
#include <iterator>
#include <map>

#include "absl/types/span.h"
#include "ledger/base/check.h"

namespace hourbook {
namespace {

// One record for the beginning of an append, one for its end, one for a look.
struct Header {
  uint64_t checksum;  // of all that follows it in the record
  uint64_t number;
  int64_t invoked;
  int64_t responded;
  uint64_t size;
  Operation::Kind kind;
  Operation::Answer answer;
  uint32_t caller;
  uint32_t is_end;
  // So many of each follow.
  uint32_t batch, outcomes, balances, entries;
};

template <class Item>
void Put(absl::Span<const Item> items, std::string& bytes) {
  bytes.append(reinterpret_cast<const char*>(items.data()), items.size() * sizeof(Item));
}

// Whoever is killed may leave a part of a record, and another of its threads one more behind that.
uint64_t ChecksumOf(absl::string_view record) {
  record.remove_prefix(sizeof(Header::checksum));
  return XXH3_64bits(record.data(), record.size());
}

// Whether there were as many.
template <class Item>
bool Take(size_t count, absl::string_view& bytes, std::vector<Item>& items) {
  if (bytes.size() / sizeof(Item) < count) return false;
  items.resize(count);
  if (count > 0) std::memcpy(items.data(), bytes.data(), count * sizeof(Item));
  bytes.remove_prefix(count * sizeof(Item));
  return true;
}

}  // namespace

int64_t MonotonicNow() {
  timespec now;
  HOURBOOK_CHECK(::clock_gettime(CLOCK_MONOTONIC, &now) == 0, "there is a clock");
  return int64_t{now.tv_sec} * 1'000'000'000 + now.tv_nsec;
}

CallHistory::CallHistory(uint32_t caller, const std::string& path)
    : caller_(caller), fd_(::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC, 0644)) {
  HOURBOOK_CHECK(fd_ >= 0, "a history can be written");
}

CallHistory::~CallHistory() {
  if (fd_ >= 0) ::close(fd_);
}

Operation& CallHistory::Begin(std::vector<Entry> batch) {
  Operation& operation = operations_.emplace_back();
  operation.caller = caller_;
  operation.number = operations_.size();
  operation.outcomes.resize(batch.size());
  operation.batch = std::move(batch);
  operation.invoked = MonotonicNow();
  Write(operation, false);
  return operation;
}

void CallHistory::End(Operation& append, Operation::Answer answer) {
  append.responded = MonotonicNow();
  append.answer = answer;
  Write(append, true);
}

void CallHistory::Add(Operation read) {
  read.kind = Operation::Kind::kRead;
  read.answer = Operation::Answer::kGiven;
  read.caller = caller_;
  read.number = operations_.size();
  Write(read, true);
  operations_.push_back(std::move(read));
}

// In one call, so that what several threads write is not mixed.
void CallHistory::Write(const Operation& operation, bool is_end) {
  if (fd_ < 0) return;
  const auto batch = absl::MakeConstSpan(operation.batch).first(is_end ? 0 : operation.batch.size());
  const auto outcomes = absl::MakeConstSpan(operation.outcomes).first(is_end ? operation.outcomes.size() : 0);
  const Header header{.checksum = 0,
                      .number = operation.number,
                      .invoked = operation.invoked,
                      .responded = operation.responded,
                      .size = operation.size,
                      .kind = operation.kind,
                      .answer = operation.answer,
                      .caller = operation.caller,
                      .is_end = is_end,
                      .batch = static_cast<uint32_t>(batch.size()),
                      .outcomes = static_cast<uint32_t>(outcomes.size()),
                      .balances = static_cast<uint32_t>(operation.balances.size()),
                      .entries = static_cast<uint32_t>(operation.entries.size())};
  std::string bytes;
  Put(absl::MakeConstSpan(&header, 1), bytes);
  Put(batch, bytes);
  Put(outcomes, bytes);
  Put(absl::MakeConstSpan(operation.balances), bytes);
  Put(absl::MakeConstSpan(operation.entries), bytes);
  const uint64_t checksum = ChecksumOf(bytes);
  std::memcpy(bytes.data(), &checksum, sizeof(checksum));
  HOURBOOK_CHECK(::write(fd_, bytes.data(), bytes.size()) == static_cast<ssize_t>(bytes.size()),
                 "a history can be written");
}

std::vector<Operation> ReadCallHistory(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  const std::string text((std::istreambuf_iterator<char>(file)), {});
  absl::string_view bytes = text;
  std::vector<Operation> operations;
  std::map<uint64_t, size_t> begun;  // of the append with this number
  std::vector<Header> header;
  for (absl::string_view record = bytes; Take(1, bytes, header); record = bytes) {
    const Header& is = header[0];
    Operation operation{.kind = is.kind,
                        .answer = is.answer,
                        .caller = is.caller,
                        .number = is.number,
                        .invoked = is.invoked,
                        .responded = is.responded,
                        .batch = {},
                        .outcomes = {},
                        .size = is.size,
                        .balances = {},
                        .entries = {}};
    const bool whole =
        Take(is.batch, bytes, operation.batch) && Take(is.outcomes, bytes, operation.outcomes) &&
        Take(is.balances, bytes, operation.balances) && Take(is.entries, bytes, operation.entries);
    if (!whole || is.checksum != ChecksumOf(record.substr(0, record.size() - bytes.size()))) break;
    if (operation.kind == Operation::Kind::kAppend && is.is_end != 0) {
      Operation& append = operations.at(begun.at(is.number));
      append.answer = operation.answer;
      append.responded = operation.responded;
      append.outcomes = std::move(operation.outcomes);
      continue;
    }
    if (operation.kind == Operation::Kind::kAppend) begun[is.number] = operations.size();
    operations.push_back(std::move(operation));
  }
  return operations;
}

}  // namespace hourbook

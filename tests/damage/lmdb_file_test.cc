// LMDB's own pages damaged, by chance and on purpose: what reads them may crash, so it does that in a process
// of its own, as `hourbook verify` and `hourbook audit --ledger` do. Whatever happens to that one, it ends,
// and where it says that the ledger is sound, the ledger is what it was.
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>
#include <xxhash.h>

#include <algorithm>
#include <cstring>
#include <iterator>
#include <map>
#include <optional>
#include <random>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "ledger/base/error.h"
#include "ledger/engine/snapshot.h"
#include "ledger/engine/verify.h"
#include "tests/base/always.h"
#include "tests/base/effort.h"
#include "tests/base/temp_dir.h"
#include "tests/damage/every.h"
#include "tests/damage/files.h"
#include "tests/damage/whole_town.h"

namespace hourbook::damage {
namespace {

constexpr size_t kPage = 4'096;
constexpr unsigned kMostSeconds = 60;  // for what takes milliseconds

// How a child that read a ledger ended.
enum class End { kSound, kFound, kRefused, kCrashed, kOdd };

// Of a ledger that is sound.
struct Answer {
  uint64_t contents;  // a hash of all that it says
  uint64_t size;
  Hash root;
};

struct Read {
  End end;
  int status;  // as waitpid gives it
  Answer answer;
};

// What a reader is told of a snapshot.
uint64_t ContentsOf(const Snapshot& snapshot) {
  uint64_t hash = snapshot.size();
  const auto add = [&](const auto& value) { hash = XXH3_64bits_withSeed(&value, sizeof(value), hash); };
  add(snapshot.root());
  for (uint64_t i = 0; i < snapshot.size(); ++i) add(*snapshot.At(i));
  for (const Party& party : snapshot.Parties(0, snapshot.size())) {
    add(party);
    const std::vector<Unit> units = snapshot.UnitsOf(party.id).value();
    for (const Unit unit : units) add(snapshot.AccountOf(party.id, unit).value());
  }
  return hash;
}

bool IsFinding(const absl::Status& status) {
  const Failure failure = FailureOf(status);
  return failure == Failure::kCorrupt || failure == Failure::kTruncated;
}

// Reads as the commands do. Exits with 100 + End.
[[noreturn]] void ReadHere(const std::string& directory, int answer) {
  for (const int crash : {SIGSEGV, SIGBUS, SIGFPE, SIGABRT, SIGILL})
    ::signal(crash, SIG_DFL);  // a sanitizer's
  ::alarm(kMostSeconds);
  const auto end = [](End how) { ::_exit(100 + static_cast<int>(how)); };
  LedgerOptions options = WholeTownOptions();
  options.read_only = true;
  const auto ledger = Ledger::Open(directory, options);
  if (!ledger.ok()) end(IsFinding(ledger.status()) ? End::kFound : End::kRefused);
  const auto snapshot = (*ledger)->OpenSnapshot();
  if (!snapshot.ok()) end(IsFinding(snapshot.status()) ? End::kFound : End::kRefused);
  const absl::Status verified = Verify(**snapshot, Always);
  if (!verified.ok()) end(IsFinding(verified) ? End::kFound : End::kRefused);
  const Answer told{ContentsOf(**snapshot), (*snapshot)->size(), (*snapshot)->root()};
  if (::write(answer, &told, sizeof(told)) != sizeof(told)) end(End::kOdd);
  end(End::kSound);
  ::_exit(0);
}

Read ReadInChild(const std::string& directory) {
  int pipe[2];
  HOURBOOK_CHECK(::pipe(pipe) == 0, "there is a pipe");
  const pid_t child = ::fork();
  HOURBOOK_CHECK(child >= 0, "there is a process");
  if (child == 0) ReadHere(directory, pipe[1]);
  ::close(pipe[1]);
  Read read{.end = End::kOdd, .status = 0, .answer = {}};
  const ssize_t got = ::read(pipe[0], &read.answer, sizeof(read.answer));
  ::close(pipe[0]);
  ::waitpid(child, &read.status, 0);
  if (WIFSIGNALED(read.status) && WTERMSIG(read.status) != SIGALRM && WTERMSIG(read.status) != SIGKILL) {
    read.end = End::kCrashed;
  } else if (WIFEXITED(read.status) && WEXITSTATUS(read.status) >= 100) {
    read.end = static_cast<End>(WEXITSTATUS(read.status) - 100);
    if (read.end == End::kSound && got != sizeof(read.answer)) read.end = End::kOdd;
  }
  return read;
}

// A file as some fault or some person may leave it.
class Spoiler {
 public:
  explicit Spoiler(uint64_t seed) : random_(seed) {}

  std::string Spoil(std::string file) {
    what_.clear();
    for (uint64_t changes = Below(4) == 0 ? 1 + Below(4) : 1; changes > 0 && !file.empty(); --changes)
      Change(file);
    return file;
  }

  // What was done last, for people.
  const std::string& what() const { return what_; }

 private:
  uint64_t Below(uint64_t bound) { return random_() % bound; }

  void Note(absl::string_view what, uint64_t at, uint64_t with) {
    absl::StrAppend(&what_, what, " ", at, " ", with, "; ");
  }

  // Where LMDB's own numbers are: the two head pages, a page's header, its list of nodes.
  size_t Place(const std::string& file) {
    const size_t page = Below(file.size() / kPage + 1) * kPage;
    switch (Below(4)) {
      case 0:
        return Below(2 * kPage) % 160 + Below(2) * kPage;
      case 1:
        return page + Below(16);
      case 2:
        return page + 16 + Below(128);
      default:
        return Below(file.size());
    }
  }

  void Change(std::string& file) {
    const size_t at = Place(file) % file.size();
    const size_t pages = file.size() / kPage;
    switch (Below(9)) {
      case 0:
        return SetNumber(file, at);
      case 1: {
        const size_t size = Below(2) == 0 ? Below(file.size()) : Below(pages) * kPage;
        Note("cut short to", size, 0);
        file.resize(size);
        return;
      }
      case 2: {
        const size_t unit = Below(2) == 0 ? 512 : kPage;
        Note("zeros from", at / unit * unit, unit);
        file.replace(at / unit * unit, std::min(unit, file.size() - at / unit * unit), unit, '\0');
        return;
      }
      case 3:
        if (pages < 2) return;
        return CopyPage(file, Below(pages), Below(pages), Below(2) == 0);
      case 4:
        Note("longer by", file.size(), 0);
        file.append(Below(3 * kPage), static_cast<char>(Below(256)));
        return;
      default:
        Note("byte", at, 0);
        file[at] = static_cast<char>(file[at] ^ static_cast<char>(1 + Below(255)));
    }
  }

  void SetNumber(std::string& file, size_t at) {
    const uint64_t numbers[] = {
        0, 1, 2, file.size() / kPage, file.size() / kPage - 1, UINT64_MAX, 0x7fff, Below(4'096), random_()};
    const uint64_t number = numbers[Below(std::size(numbers))];
    const size_t width = size_t{1} << Below(4);
    const size_t begin = at / width * width;
    if (begin + width > file.size()) return;
    Note("number at", begin, number);
    std::memcpy(file.data() + begin, &number, width);
  }

  void CopyPage(std::string& file, size_t from, size_t to, bool swaps) {
    Note(swaps ? "pages swapped" : "page copied", from, to);
    const std::string one = file.substr(from * kPage, kPage), other = file.substr(to * kPage, kPage);
    file.replace(to * kPage, kPage, one);
    if (swaps) file.replace(from * kPage, kPage, other);
  }

  std::mt19937_64 random_;
  std::string what_;
};

class LmdbFileTest : public testing::Test {
 protected:
  LmdbFileTest() : town_(MakeWholeTown(temp_ / "")), spoiler_(TestSeed()), random_(TestSeed()) {
    for (const std::string& directory : {town_.ledger, town_.made}) {
      directories_.push_back(directory);
      files_.push_back(ReadAll(directory + "/data.mdb"));
      const Read read = ReadInChild(directory);
      EXPECT_EQ(read.end, End::kSound);
      contents_.push_back(read.answer.contents);
    }
    EXPECT_EQ(contents_[0], contents_[1]) << "a backup holds the same";
    const auto ledger = Ledger::Open(town_.ledger, WholeTownOptions());
    const auto snapshot = (*ledger)->OpenSnapshot();
    for (uint64_t size = 0; size <= (*snapshot)->size(); ++size) roots_.push_back((*snapshot)->RootAt(size).value());
  }

  // LMDB leaves pages of earlier commits in its file, so that one that is copied can make a whole ledger of an
  // earlier day. What is signed tells it from the present one, verifying alone cannot.
  bool IsEarlier(const Answer& answer) const {
    return answer.size + 1 < roots_.size() && answer.root == roots_[answer.size];
  }

  // One of the ledgers with a damaged file, and now and then a damaged lock file. Which.
  size_t Damage() {
    const size_t which = random_() % 2;
    WriteAll(directories_[which] + "/data.mdb", spoiler_.Spoil(files_[which]));
    if (random_() % 16 == 0) {
      std::string lock(random_() % 10'000, '\0');
      for (char& byte : lock) byte = static_cast<char>(random_());
      WriteAll(directories_[which] + "/lock.mdb", lock);
    }
    return which;
  }

  TempDir temp_{TempDir::MemoryBase()};
  const WholeTown town_;
  Spoiler spoiler_;
  std::mt19937_64 random_;
  std::vector<std::string> directories_, files_;
  std::vector<uint64_t> contents_;
  std::vector<Hash> roots_;  // of each size
};

TEST_F(LmdbFileTest, WhatIsSoundIsWhatItWas) {
  std::map<End, uint64_t> ends;
  uint64_t files = 0, findings = 0, earlier = 0;
  for (; files < AsMany(600); ++files) {
    const size_t which = Damage();
    const Read read = ReadInChild(directories_[which]);
    ++ends[read.end];
    const bool is_same = read.answer.contents == contents_[which];
    const bool is_earlier = read.end == End::kSound && !is_same && IsEarlier(read.answer);
    earlier += is_earlier;
    const bool is_right = read.end == End::kSound ? is_same || is_earlier : read.end != End::kOdd;
    if (is_right || ++findings > 10) continue;
    ADD_FAILURE() << "state " << files << " of " << directories_[which] << ": " << spoiler_.what()
                  << "status " << read.status << "; " << EffortText();
  }
  EXPECT_GT(ends[End::kFound], ends[End::kCrashed]);
  PrintCounts("damage", {{"files", files},
                         {"sound", ends[End::kSound]},
                         {"earlier", earlier},
                         {"found", ends[End::kFound]},
                         {"refused", ends[End::kRefused]},
                         {"crashed", ends[End::kCrashed]},
                         {"findings", findings}});
}

#ifdef HOURBOOK_TOOL

// The exit status of a command, or nothing where it did not exit.
std::optional<int> ExitOf(std::vector<std::string> arguments) {
  std::vector<char*> argv;
  for (std::string& argument : arguments) argv.push_back(argument.data());
  argv.push_back(nullptr);
  posix_spawn_file_actions_t actions;
  ::posix_spawn_file_actions_init(&actions);
  for (const int fd : {1, 2}) ::posix_spawn_file_actions_addopen(&actions, fd, "/dev/null", O_WRONLY, 0);
  pid_t child = 0;
  const int spawned = ::posix_spawn(&child, argv[0], &actions, nullptr, argv.data(), environ);
  ::posix_spawn_file_actions_destroy(&actions);
  if (spawned != 0) return std::nullopt;
  int status = 0;
  ::waitpid(child, &status, 0);
  return WIFEXITED(status) ? std::optional<int>(WEXITSTATUS(status)) : std::nullopt;
}

// 0 sound, 1 it could not be checked, 3 damaged: tools/hourbook/exit_code.h.
TEST_F(LmdbFileTest, TheCommandsEndAsTheySayTheyDo) {
  const std::string vkey = FormatVkey(town_.signer.verifier());
  std::map<int, uint64_t> exits;
  uint64_t findings = 0;
  for (uint64_t i = 0; i < AsMany(20); ++i) {
    const size_t which = Damage();
    const std::string& directory = directories_[which];
    const Read read = ReadInChild(directory);
    const bool is_whole =
        read.end == End::kSound && (read.answer.contents == contents_[which] || IsEarlier(read.answer));
    for (const auto& arguments : {std::vector<std::string>{HOURBOOK_TOOL, "verify", directory},
                                  {HOURBOOK_TOOL, "audit", directory, "--ledger", "--vkey", vkey, "--scratch",
                                   TempDir::MemoryBase()}}) {
      const std::optional<int> code = ExitOf(arguments);
      if (code) ++exits[*code];
      const bool is_right = code == 1 || code == 3 || (code == 0 && is_whole);
      if (is_right || ++findings > 10) continue;
      ADD_FAILURE() << arguments[1] << " exits with " << code.value_or(-1) << " for state " << i << " of "
                    << directory << ": " << spoiler_.what() << EffortText();
    }
  }
  PrintCounts("damage", {{"commands", exits[0] + exits[1] + exits[3]}, {"findings", findings}});
}

#endif

}  // namespace
}  // namespace hourbook::damage

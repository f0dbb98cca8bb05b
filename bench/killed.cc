#include "bench/killed.h"

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <span>
#include <vector>

#include "bench/bench_ledger.h"
#include "bench/latencies.h"
#include "bench/settings.h"
#include "bench/workload.h"

namespace hourbook::bench {
namespace {

constexpr uint64_t kVolunteers = 100;
constexpr const char* kOption = "--append-until-killed";

void MustSystem(bool is_good, const char* what) {
  if (is_good) return;
  std::perror((std::string("bench: ") + what).c_str());
  std::exit(1);
}

// Tells the parent, through the pipe that is the child's stdout.
template <class T>
void Tell(const T& what) {
  MustSystem(::write(STDOUT_FILENO, &what, sizeof(what)) == sizeof(what), "cannot tell the parent");
}

template <class T>
bool Hear(int pipe, T& what) {
  return ::read(pipe, &what, sizeof(what)) == sizeof(what);
}

// The opening is over when a first entry is acknowledged, that of a party of this round.
hbk_ledger* OpenTimed(const std::string& directory, const hbk_entry& first) {
  std::vector<hbk_result> results;
  const Stopwatch stopwatch;
  hbk_ledger* const ledger = OpenLedger(directory);
  Opening opening{.size = 0, .open_micros = stopwatch.Micros(), .first_micros = 0};
  AppendAll(ledger, {&first, 1}, results);
  opening.first_micros = stopwatch.Micros();
  opening.size = results[0].index;
  Tell(opening);
  return ledger;
}

[[noreturn]] void AppendUntilKilled(const std::string& directory, uint64_t round, size_t size) {
  Workload workload(kVolunteers, true, Mix::kTown, round);
  const std::vector<hbk_entry> founding = workload.Founding();
  hbk_ledger* const ledger = OpenTimed(directory, founding[0]);
  if (IsSmokeRun()) {
    hbk_error error = HBK_ERROR_INIT;
    Must(hbk_verify(OpenSnapshot(ledger), nullptr, nullptr, &error), error);
  }
  std::vector<hbk_result> results;
  AppendAll(ledger, std::span(founding).subspan(1), results);
  std::vector<hbk_entry> batch(size);
  for (;;) {
    workload.Fill(batch);
    AppendAll(ledger, batch, results);
    Tell(results.back().index + 1);
  }
}

struct Child {
  pid_t process;
  int pipe;  // what it tells
};

Child Start(std::vector<std::string> arguments) {
  int ends[2];
  MustSystem(::pipe2(ends, O_CLOEXEC) == 0, "cannot make a pipe");
  std::vector<char*> pointers;
  for (std::string& argument : arguments) pointers.push_back(argument.data());
  pointers.push_back(nullptr);
  std::fflush(nullptr);
  const pid_t process = ::fork();
  MustSystem(process >= 0, "cannot start a process");
  if (process == 0) {
    ::dup2(ends[1], STDOUT_FILENO);
    ::execv("/proc/self/exe", pointers.data());
    ::_exit(127);
  }
  ::close(ends[1]);
  return {process, ends[0]};
}

}  // namespace

void AppendIfChild(int argc, char** argv) {
  if (argc != 5 || std::strcmp(argv[1], kOption) != 0) return;
  AppendUntilKilled(argv[2], std::strtoull(argv[3], nullptr, 10), std::strtoull(argv[4], nullptr, 10));
}

Kill OpenAppendAndKill(const std::string& directory, uint64_t round, size_t batch, uint64_t batches) {
  const Child child =
      Start({"growth_bench", kOption, directory, std::to_string(round), std::to_string(batch)});
  Kill killed{};
  const bool is_open = Hear(child.pipe, killed.opening);
  for (uint64_t told = 1; Hear(child.pipe, killed.acknowledged); ++told) {
    if (told == batches) ::kill(child.process, SIGKILL);
  }
  ::close(child.pipe);
  int status = 0;
  MustSystem(::waitpid(child.process, &status, 0) == child.process, "cannot wait for the process");
  if (is_open && WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL) return killed;
  std::fprintf(stderr, "bench: the process that appends ended by itself; what it said is above\n");
  std::exit(1);
}

bool DropPageCache() {
  ::sync();
  const int file = ::open("/proc/sys/vm/drop_caches", O_WRONLY | O_CLOEXEC);
  const bool is_dropped = file >= 0 && ::write(file, "3", 1) == 1;
  if (file >= 0) ::close(file);
  return is_dropped;
}

}  // namespace hourbook::bench

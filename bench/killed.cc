#include "bench/killed.h"

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cinttypes>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <vector>

#include "bench/bench_ledger.h"
#include "bench/latencies.h"
#include "bench/settings.h"
#include "bench/workload.h"

namespace hourbook::bench {
namespace {

constexpr uint64_t kVolunteers = 100;
constexpr const char* kAppend = "--append-until-killed";
constexpr const char* kOpen = "--open";

void MustSystem(bool is_good, const char* what) {
  if (is_good) return;
  std::perror((std::string("bench: ") + what).c_str());
  std::exit(1);
}

// Tells on stdout the size of the ledger that is acknowledged, as bytes, after each batch.
void AppendUntilKilled(const std::string& directory, uint64_t round, size_t size) {
  hbk_ledger* const ledger = OpenLedger(directory);
  Workload workload(kVolunteers, true, Mix::kTown, round);
  std::vector<hbk_result> results;
  AppendAll(ledger, workload.Founding(), results);
  std::vector<hbk_entry> batch(size);
  for (;;) {
    workload.Fill(batch);
    AppendAll(ledger, batch, results);
    const uint64_t acknowledged = results.back().index + 1;
    MustSystem(::write(STDOUT_FILENO, &acknowledged, sizeof(acknowledged)) == sizeof(acknowledged),
               "cannot tell what was acknowledged");
  }
}

void OpenAndAppend(const std::string& directory, uint64_t round, uint64_t acknowledged) {
  // An entry that may come next: a party that the killed process did not open.
  const Workload workload(1, true, Mix::kTown, ~round);
  std::vector<hbk_result> results;
  const Stopwatch stopwatch;
  hbk_ledger* const ledger = OpenLedger(directory);
  const double opened = stopwatch.Micros();
  AppendAll(ledger, workload.Founding(), results);
  const double appended = stopwatch.Micros();
  const uint64_t size = results.back().index;
  std::printf("hbk_open %.1f ms, first append acknowledged after %.1f ms; %" PRIu64 " entries, %" PRIu64
              " of them had been acknowledged\n",
              opened / 1e3, appended / 1e3, size, acknowledged);
  if (size < acknowledged) {
    std::fprintf(stderr, "bench: entries that were acknowledged are lost\n");
    std::exit(1);
  }
  if (IsSmokeRun()) {
    hbk_error error = HBK_ERROR_INIT;
    Must(hbk_verify(OpenSnapshot(ledger), nullptr, nullptr, &error), error);
  }
  hbk_close(ledger);
}

struct Child {
  pid_t process;
  int output;  // the end of a pipe where its stdout can be read; -1 where it has this process's
};

Child Start(std::vector<std::string> arguments, bool has_pipe) {
  int ends[2] = {-1, -1};
  MustSystem(!has_pipe || ::pipe2(ends, O_CLOEXEC) == 0, "cannot make a pipe");
  arguments.insert(arguments.begin(), "growth_bench");
  std::vector<char*> pointers;
  for (std::string& argument : arguments) pointers.push_back(argument.data());
  pointers.push_back(nullptr);
  std::fflush(nullptr);
  const pid_t process = ::fork();
  MustSystem(process >= 0, "cannot start a process");
  if (process == 0) {
    if (has_pipe) ::dup2(ends[1], STDOUT_FILENO);
    ::execv("/proc/self/exe", pointers.data());
    ::_exit(127);
  }
  if (has_pipe) ::close(ends[1]);
  return {process, ends[0]};
}

// Kills it once that much is acknowledged. What was acknowledged in the end.
uint64_t KillAt(const Child& child, uint64_t batches) {
  uint64_t acknowledged = 0;
  for (uint64_t told = 0; ::read(child.output, &acknowledged, sizeof(acknowledged)) > 0; ++told) {
    if (told == batches) ::kill(child.process, SIGKILL);
  }
  ::close(child.output);
  int status = 0;
  MustSystem(::waitpid(child.process, &status, 0) == child.process, "cannot wait for the process");
  if (WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL) return acknowledged;
  std::fprintf(stderr, "bench: the process that appends ended before it was killed\n");
  std::exit(1);
}

bool DropCaches() {
  ::sync();
  const int file = ::open("/proc/sys/vm/drop_caches", O_WRONLY | O_CLOEXEC);
  const bool is_dropped = file >= 0 && ::write(file, "3", 1) == 1;
  if (file >= 0) ::close(file);
  return is_dropped;
}

}  // namespace

std::optional<int> RunAsChild(int argc, char** argv) {
  if (argc != 5) return std::nullopt;
  const uint64_t round = std::strtoull(argv[3], nullptr, 10);
  const uint64_t number = std::strtoull(argv[4], nullptr, 10);
  if (std::strcmp(argv[1], kAppend) == 0) AppendUntilKilled(argv[2], round, number);
  if (std::strcmp(argv[1], kOpen) != 0) return std::nullopt;
  OpenAndAppend(argv[2], round, number);
  return 0;
}

void KillAndOpen(const std::string& directory, uint64_t round, size_t batch, uint64_t batches,
                 bool is_cold) {
  const std::string number = std::to_string(round);
  const uint64_t acknowledged =
      KillAt(Start({kAppend, directory, number, std::to_string(batch)}, true), batches);
  if (is_cold && !DropCaches()) {
    std::printf("open after kill, cold page cache: not measured, since only root may drop it\n");
    return;
  }
  std::printf("open after kill, %s page cache: ", is_cold ? "cold" : "warm");
  const Child opener = Start({kOpen, directory, number, std::to_string(acknowledged)}, false);
  int status = 0;
  MustSystem(::waitpid(opener.process, &status, 0) == opener.process, "cannot wait for the process");
  if (status != 0) std::exit(1);  // it said why
}

}  // namespace hourbook::bench

// A process that serves calls: this one, or another that is told through pipes.
#ifndef TESTS_MODEL_PROCESS_H_
#define TESTS_MODEL_PROCESS_H_

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <string>

#include "tests/model/desk.h"

namespace hourbook {

class Process {
 public:
  virtual ~Process() = default;

  // Nothing where the process has ended.
  virtual std::optional<Reply> Serve(const Call& call) = 0;
};

class ThisProcess : public Process {
 public:
  std::optional<Reply> Serve(const Call& call) override { return desk_.Serve(call); }

 private:
  Desk desk_;
};

// The program run once more, with kWorkerArgument. It is begun when it is first needed, and again after it
// was killed.
class Worker : public Process {
 public:
  static constexpr char kWorkerArgument[] = "--worker";

  Worker() = default;
  ~Worker() override;

  std::optional<Reply> Serve(const Call& call) override;

  // Kills it while it serves the call, or just before or after. Whether it was there to be killed: what
  // crashed is not.
  bool KillWhileServing(const Call& call, unsigned microseconds);
  // Likewise; also where none was begun.
  bool Kill();

  uint64_t begun() const { return begun_; }

 private:
  bool Begin();
  bool Send(const Call& call);
  // Waits for its end. How it ended, as waitpid tells: 0 for well, or where none was begun.
  int End();

  uint64_t begun_ = 0;
  pid_t process_ = 0;  // 0 for none
  int to_ = -1, from_ = -1;
};

// What the worker's main does: serves until the pipe ends. Its exit status.
int ServeAsWorker();

}  // namespace hourbook

#endif  // TESTS_MODEL_PROCESS_H_

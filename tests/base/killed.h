// How a process that a test killed has ended.
#ifndef TESTS_BASE_KILLED_H_
#define TESTS_BASE_KILLED_H_

#include <signal.h>
#include <sys/wait.h>

namespace hourbook {

// Whether it is the kill that ended it, as waitpid tells: neither a crash nor an exit of its own before.
inline bool WasKilled(int status) { return WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL; }

}  // namespace hourbook

#endif  // TESTS_BASE_KILLED_H_

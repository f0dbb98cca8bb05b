// Another process, forked from the test, that ends with it whatever happens.
#ifndef TESTS_API_CHILD_H_
#define TESTS_API_CHILD_H_

#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <functional>

#include "gtest/gtest.h"

namespace hourbook {

class Child {
 public:
  // What a child may say and be told, one step after the other.
  class Steps {
   public:
    Steps(int in, int out) : in_(in), out_(out) {}
    void Say() const {
      if (::write(out_, "", 1) != 1) ::_exit(1);
    }
    void Await() const {
      char ignored;
      if (::read(in_, &ignored, 1) != 1) ::_exit(1);
    }

   private:
    const int in_, out_;
  };

  // Runs `body` in a child, which ends with what it returns: 0 where all was well.
  explicit Child(const std::function<int(const Steps& parent)>& body) {
    int down[2], up[2];
    EXPECT_EQ(::pipe(down), 0);
    EXPECT_EQ(::pipe(up), 0);
    process_ = ::fork();
    if (process_ == 0) {
      ::prctl(PR_SET_PDEATHSIG, SIGKILL);
      ::close(down[1]);
      ::close(up[0]);
      ::_exit(body(Steps(down[0], up[1])));
    }
    ::close(down[0]);
    ::close(up[1]);
    in_ = up[0];
    out_ = down[1];
  }
  ~Child() {
    Kill();
    ::close(in_);
    ::close(out_);
  }
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;

  // Until the child says something; false where it ended instead.
  bool Await() const {
    char ignored;
    return ::read(in_, &ignored, 1) == 1;
  }
  void Say() const { EXPECT_EQ(::write(out_, "", 1), 1); }

  void Kill() {
    if (process_ <= 0) return;
    ::kill(process_, SIGKILL);
    ::waitpid(process_, nullptr, 0);
    process_ = 0;
  }

  // What it ended with.
  int Join() {
    int status = 0;
    ::waitpid(process_, &status, 0);
    process_ = 0;
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  }

 private:
  pid_t process_;
  int in_, out_;
};

}  // namespace hourbook

#endif  // TESTS_API_CHILD_H_

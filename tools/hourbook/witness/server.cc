#include "tools/hourbook/witness/server.h"

#include <httplib.h>
#include <pthread.h>
#include <signal.h>
#include <sys/socket.h>

#include <atomic>
#include <cstdio>
#include <exception>
#include <string>
#include <thread>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/types/span.h"
#include "tools/hourbook/command_error.h"
#include "tools/hourbook/given_text.h"
#include "tools/hourbook/hex.h"
#include "tools/hourbook/output.h"

namespace hourbook::cli {
namespace {

constexpr char kHost[] = "127.0.0.1";
constexpr char kText[] = "text/plain; charset=utf-8";
constexpr char kSize[] = "text/x.tlog.size";
constexpr size_t kThreads = 32;  // a connection that is kept alive holds one
constexpr size_t kRequestsAConnection = 1'000;
constexpr int kSecondsToRead = 10;
constexpr int kMalformed = 400;
constexpr int kTooLarge = 413;
constexpr int kNotAsText = 415;
constexpr int kFailed = 500;
// Ends a wait for the signals that end the server. Not one of them: those kill by then.
constexpr int kWake = SIGUSR1;

// The library lets five connections wait to be taken; of a burst of more, some are reset.
class Server : public httplib::Server {
 public:
  // Once bound.
  bool LetMoreWait() { return ::listen(svr_sock_, SOMAXCONN) == 0; }
};

void Answered(httplib::Response& response, int code, const std::string& body) {
  response.status = code;
  // What was not read of a request must not be taken for the next one.
  if (code == kTooLarge || code == kNotAsText || code == kMalformed) {
    response.set_header("Connection", "close");
  }
  response.set_content(body, code == int{kOtherSize} ? kSize : kText);
}

// The client is told no more than that; the operator sees what it was.
void Failed(httplib::Response& response, const std::exception& error) {
  std::fprintf(stderr, "hourbook: %s\n", error.what());
  Answered(response, kFailed, "the witness could not answer\n");
}

void AddCheckpoint(const WitnessSetup& witness, const httplib::Request& request,
                   httplib::Response& response, const httplib::ContentReader& read) {
  if (request.is_multipart_form_data()) {
    return Answered(response, kNotAsText, "send the request itself as the body\n");
  }
  std::string body;
  bool too_large = false;
  // Counted here, since what is sent in chunks or compressed says no length before.
  const bool whole = read([&](const char* data, size_t length) {
    too_large = length > kRequestMaxSize - body.size();
    if (!too_large) body.append(data, length);
    return !too_large;
  });
  if (too_large || response.status == kTooLarge) {
    return Answered(response, kTooLarge, "the request is too large\n");
  }
  if (!whole) return Answered(response, kMalformed, "the request was cut off\n");
  try {
    const Answer answer = AnswerTo(witness, body);
    Answered(response, static_cast<int>(answer.code), answer.body);
  } catch (const std::exception& error) {
    Failed(response, error);
  }
}

void Checkpoint(const WitnessSetup& witness, const std::string& origin_hash,
                httplib::Response& response) {
  uint8_t hash[32];
  ParseHex(origin_hash, absl::MakeSpan(hash));
  bool found = true;
  try {
    const std::string note =
        TextOf([&](char* buffer, size_t capacity, size_t* length, hbk_error* error) {
          const hbk_status status = hbk_witness_checkpoint(
              witness.key, witness.state.c_str(), hash, buffer, capacity, length, error);
          found = status != HBK_NOT_FOUND;
          if (!found) *length = 0;
          return found ? status : hbk_status{HBK_OK};
        });
    if (found) return Answered(response, 200, note);
    AnswerTo(witness, "");  // tells the operator where all that was cosigned is out of reach
    Answered(response, 404, "this witness has cosigned no such log\n");
  } catch (const std::exception& error) {
    Failed(response, error);
  }
}

void SetUp(const WitnessSetup& witness, httplib::Server& server) {
  server.new_task_queue = [] { return new httplib::ThreadPool(kThreads); };
  server.set_payload_max_length(kRequestMaxSize);
  server.set_keep_alive_max_count(kRequestsAConnection);
  server.set_read_timeout(kSecondsToRead);
  server.set_tcp_nodelay(true);
  // Not the library's own SO_REUSEPORT, by which two witnesses would share a port unawares.
  server.set_socket_options([](auto socket) {
    const int on = 1;
    ::setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
  });
  server.Post("/add-checkpoint",
              [&witness](const httplib::Request& request, httplib::Response& response,
                         const httplib::ContentReader& read) {
                AddCheckpoint(witness, request, response, read);
              });
  server.Get("/([0-9a-f]{64})/checkpoint",
             [&witness](const httplib::Request& request, httplib::Response& response) {
               Checkpoint(witness, request.matches[1], response);
             });
}

sigset_t EndSignals() {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGINT);
  sigaddset(&signals, SIGTERM);
  return signals;
}

}  // namespace

void Serve(const WitnessSetup& witness, int port) {
  AnswerTo(witness, "");  // now rather than with the first request, what the setup lacks is told
  // Blocked before any thread begins, so that all leave them to the one that waits for them.
  const sigset_t signals = EndSignals();
  sigset_t awaited = signals;
  sigaddset(&awaited, kWake);
  ::pthread_sigmask(SIG_BLOCK, &awaited, nullptr);
  Server server;
  SetUp(witness, server);
  const bool bound = (port != 0 ? server.bind_to_port(kHost, port)
                                : (port = server.bind_to_any_port(kHost)) > 0) &&
                     server.LetMoreWait();
  if (!bound) {
    throw CommandError(kExitError, absl::StrCat("port ", port, " of ", kHost,
                                                " cannot be had; is it in use?"));
  }
  Print(absl::StrCat("listening on http://", kHost, ":", port, "/\n"));
  Flush();
  std::atomic<bool> ended = false;
  std::thread ender([&] {
    int signal = 0;
    ::sigwait(&awaited, &signal);
    while (!server.is_running() && !ended) absl::SleepFor(absl::Milliseconds(1));
    // Connections are given some seconds to end; a second signal ends the process at once.
    ::signal(SIGINT, SIG_DFL);
    ::signal(SIGTERM, SIG_DFL);
    ::pthread_sigmask(SIG_UNBLOCK, &signals, nullptr);
    server.stop();
  });
  const bool served = server.listen_after_bind();
  ended = true;
  ::pthread_kill(ender.native_handle(), kWake);  // should it still wait
  ender.join();
  if (!served) throw CommandError(kExitError, "the system no longer takes connections");
}

}  // namespace hourbook::cli

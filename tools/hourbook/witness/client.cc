#include "tools/hourbook/witness/client.h"

#include <httplib.h>

#include <algorithm>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "absl/time/clock.h"
#include "tools/hourbook/command_error.h"

namespace hourbook::cli {
namespace {

constexpr absl::string_view kScheme = "http://";
constexpr int kSecondsToConnect = 5;
constexpr int kSecondsToAnswer = 20;  // a witness waits for its own disk
constexpr absl::Duration kPatience = absl::Seconds(60);  // for all of an answer
constexpr size_t kAnswerMaxSize = 100'000;

}  // namespace

Answer PostTo(const std::string& url, const std::string& request) {
  if (!absl::StartsWith(url, kScheme)) {
    throw CommandError(kExitError, absl::StrCat(url, " does not begin with ", kScheme,
                                                "; ask this witness with files"));
  }
  const size_t path = std::min(url.find('/', kScheme.size()), url.size());
  httplib::Client client(url.substr(0, path));
  client.set_connection_timeout(kSecondsToConnect);
  client.set_read_timeout(kSecondsToAnswer);
  client.set_decompress(false);
  Answer answer{.code = 0, .body = {}};
  const absl::Time deadline = absl::Now() + kPatience;
  httplib::Request post;
  post.method = "POST";
  post.path = absl::StrCat(absl::StripSuffix(url.substr(path), "/"), "/add-checkpoint");
  post.set_header("Content-Type", "text/plain; charset=utf-8");
  post.body = request;
  post.content_receiver = [&](const char* data, size_t length, uint64_t, uint64_t) {
    if (length > kAnswerMaxSize - answer.body.size() || absl::Now() > deadline) return false;
    answer.body.append(data, length);
    return true;
  };
  const httplib::Result result = client.send(post);
  if (!result) {
    throw CommandError(kExitError,
                       absl::StrCat(url, ": no answer (", httplib::to_string(result.error()), ")"));
  }
  answer.code = static_cast<uint32_t>(result->status);
  return answer;
}

}  // namespace hourbook::cli

// Messages of any length through a pipe, whole.
#ifndef TESTS_BASE_MESSAGE_H_
#define TESTS_BASE_MESSAGE_H_

#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>

namespace hourbook {

// Has write or read do all of it; false where the other end is closed.
template <class Call, class Byte>
bool WholeOf(Call call, int fd, Byte* bytes, size_t count) {
  while (count > 0) {
    const ssize_t done = call(fd, bytes, count);
    if (done < 0 && errno == EINTR) continue;
    if (done <= 0) return false;
    bytes += done;
    count -= static_cast<size_t>(done);
  }
  return true;
}

inline bool WriteMessage(int fd, const std::string& message) {
  const uint64_t size = message.size();
  return WholeOf(::write, fd, reinterpret_cast<const char*>(&size), sizeof(size)) &&
         WholeOf(::write, fd, message.data(), message.size());
}

inline std::optional<std::string> ReadMessage(int fd) {
  constexpr uint64_t kMost = uint64_t{1} << 28;
  uint64_t size = 0;
  if (!WholeOf(::read, fd, reinterpret_cast<char*>(&size), sizeof(size)) || size > kMost) return std::nullopt;
  std::string message(size, '\0');
  return WholeOf(::read, fd, message.data(), size) ? std::optional(std::move(message)) : std::nullopt;
}

}  // namespace hourbook

#endif  // TESTS_BASE_MESSAGE_H_

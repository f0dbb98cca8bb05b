#include "bench/peers/raw_peers.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "bench/peers/sync_count.h"
#include "bench/raw_lmdb.h"

namespace hourbook::bench {
namespace {

class Floor : public Peer {
 public:
  uint64_t Syncs() override { return SyncCount(); }
  bool IsLedger() const override { return false; }
  std::vector<Balance> Balances() override { return {}; }
};

class RawLmdbPeer : public Floor {
 public:
  explicit RawLmdbPeer(const std::string& directory) : raw_(directory) {}

  std::string Settings() const override {
    return std::string(MDB_VERSION_STRING) + "; MDB_APPEND, one synced transaction a batch; nothing else";
  }

  void Append(const Batch& batch, std::vector<Verdict>&) override { raw_.Append(batch.entries); }

 private:
  RawLmdb raw_;
};

class RawFilePeer : public Floor {
 public:
  RawFilePeer(const std::string& directory, uint64_t bytes) {
    const std::string path = directory + "/entries";
    if (::mkdir(directory.c_str(), 0755) != 0) FailOf("making " + directory);
    fd_ = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
    if (fd_ < 0) FailOf("opening " + path);
    const std::vector<char> zeros(1 << 20);
    for (uint64_t at = 0; at < bytes; at += zeros.size()) WriteAll(zeros.data(), zeros.size(), at);
    if (::fsync(fd_) != 0) FailOf("syncing " + path);
  }

  ~RawFilePeer() override { ::close(fd_); }

  std::string Settings() const override {
    return "one pwrite and one fdatasync a batch, into a file filled with zeros beforehand; nothing else";
  }

  void Append(const Batch& batch, std::vector<Verdict>&) override {
    const size_t bytes = batch.entries.size() * sizeof(hbk_entry);
    WriteAll(reinterpret_cast<const char*>(batch.entries.data()), bytes, end_);
    end_ += bytes;
    if (::fdatasync(fd_) != 0) FailOf("syncing");
  }

 private:
  [[noreturn]] static void FailOf(const std::string& what) {
    Fail("raw_file", what + ": " + std::strerror(errno));
  }

  void WriteAll(const char* data, size_t length, uint64_t at) {
    while (length > 0) {
      const ssize_t wrote = ::pwrite(fd_, data, length, static_cast<off_t>(at));
      if (wrote <= 0) FailOf("writing");
      data += wrote;
      at += static_cast<uint64_t>(wrote);
      length -= static_cast<size_t>(wrote);
    }
  }

  int fd_ = -1;
  uint64_t end_ = 0;
};

}  // namespace

std::unique_ptr<Peer> OpenRawLmdb(const std::string& directory) {
  return std::make_unique<RawLmdbPeer>(directory);
}

std::unique_ptr<Peer> OpenRawFile(const std::string& directory, uint64_t bytes) {
  return std::make_unique<RawFilePeer>(directory, bytes);
}

}  // namespace hourbook::bench

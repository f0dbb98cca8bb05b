// Where a benchmark keeps its files.
#ifndef BENCH_BENCH_DIR_H_
#define BENCH_BENCH_DIR_H_

#include <cstdint>
#include <string>

namespace hourbook::bench {

// A directory that ends with its owner: under $HOURBOOK_BENCH_DIR, else in memory (/dev/shm). A process
// that is killed, or ends because something failed, leaves it there.
class BenchDir {
 public:
  BenchDir();
  ~BenchDir();
  BenchDir(const BenchDir&) = delete;
  BenchDir& operator=(const BenchDir&) = delete;

  std::string operator/(const std::string& name) const { return path_ + "/" + name; }

  // The kind of file system, as "tmpfs" or "ext4": what a sync costs depends on it.
  std::string FileSystem() const;

 private:
  std::string path_;
};

// Bytes that a file takes on disk.
uint64_t BytesOnDisk(const std::string& file);

}  // namespace hourbook::bench

#endif  // BENCH_BENCH_DIR_H_

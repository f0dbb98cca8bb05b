// Arrays as PostgreSQL takes them in binary.
#ifndef BENCH_PEERS_POSTGRES_ARRAY_H_
#define BENCH_PEERS_POSTGRES_ARRAY_H_

#include <cstdint>
#include <cstring>
#include <string>

namespace hourbook::bench {

// The numbers of types, from PostgreSQL's catalogue (pg_type): fixed for ever.
enum class PgType : uint32_t { kBool = 16, kBytea = 17, kInt8 = 20, kUuid = 2950 };

inline void AppendBigEndian(std::string& to, uint64_t value, int bytes) {
  for (int i = bytes - 1; i >= 0; --i) to.push_back(static_cast<char>(value >> (8 * i)));
}

// One dimension, no nulls.
class PgArray {
 public:
  explicit PgArray(PgType type) : type_(type) {}

  void Begin(size_t count) {
    bytes_.clear();
    for (const uint32_t word : {uint32_t{1}, uint32_t{0}, static_cast<uint32_t>(type_),
                                static_cast<uint32_t>(count), uint32_t{1}}) {
      AppendBigEndian(bytes_, word, 4);
    }
  }
  void Add(const void* value, size_t length) {
    AppendBigEndian(bytes_, length, 4);
    bytes_.append(static_cast<const char*>(value), length);
  }
  void Add(int64_t value) {
    AppendBigEndian(bytes_, 8, 4);
    AppendBigEndian(bytes_, static_cast<uint64_t>(value), 8);
  }
  void Add(bool value) {
    AppendBigEndian(bytes_, 1, 4);
    bytes_.push_back(value ? 1 : 0);
  }

  const std::string& bytes() const { return bytes_; }

 private:
  const PgType type_;
  std::string bytes_;
};

}  // namespace hourbook::bench

#endif  // BENCH_PEERS_POSTGRES_ARRAY_H_

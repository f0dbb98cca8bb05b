#include "ledger/store/store.h"

#include <lmdb.h>
#include <sys/stat.h>
#include <xxhash.h>

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <cstring>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"

namespace hourbook {
namespace {

constexpr uint64_t kSmallestMap = uint64_t{1} << 30;
constexpr mdb_mode_t kFileMode = 0644;
constexpr char kHeadKey[] = "head";

absl::Status Error(int code, absl::string_view doing) {
  const std::string what = absl::StrCat(doing, ": ", mdb_strerror(code));
  switch (code) {
    case MDB_MAP_FULL:
      return absl::ResourceExhaustedError(
          absl::StrCat(what, ". Close the ledger and open it with a larger map."));
    case MDB_MAP_RESIZED:
      return absl::UnavailableError(
          absl::StrCat(what, ". Another process opened it with a larger map; open it again."));
    case ENOSPC:
    case EDQUOT:
      return absl::ResourceExhaustedError(absl::StrCat(what, ". Free disk space, then reopen."));
    case MDB_VERSION_MISMATCH:
      return absl::FailedPreconditionError(
          absl::StrCat(what, ". The file was written by another version of LMDB."));
    case MDB_INVALID:
    case MDB_CORRUPTED:
    case MDB_PAGE_NOTFOUND:
    case MDB_PANIC:
      return absl::DataLossError(absl::StrCat(what, ". Verify it and restore a backup."));
    case EACCES:
    case EPERM:
    case EROFS:
      return absl::PermissionDeniedError(
          absl::StrCat(what, ". Open it read-only, or give this user the right to write."));
    case ENOENT:
      return absl::NotFoundError(absl::StrCat(what, ". There is no ledger here."));
    default:
      return absl::InternalError(what);
  }
}

uint64_t ChecksumOf(const Record& record) { return XXH3_64bits(&record, sizeof(record)); }
uint64_t ChecksumOf(const Head& head) { return XXH3_64bits(&head, offsetof(Head, checksum)); }

Head EmptyHead() {
  Head head{};
  head.magic = kHeadMagic;
  head.version = kFormatVersion;
  return head;
}

absl::StatusOr<Head> ParseHead(const MDB_val& value) {
  Head head;
  if (value.mv_size < offsetof(Head, size)) {
    return absl::DataLossError("the head of the log is cut short");
  }
  std::memcpy(&head, value.mv_data, std::min(value.mv_size, sizeof(head)));
  if (head.magic != kHeadMagic) return absl::NotFoundError("this LMDB file is not a ledger");
  if (head.version > kFormatVersion) {
    return absl::FailedPreconditionError(
        absl::StrCat("the ledger is of format ", head.version, ", newer than ", kFormatVersion,
                     ", the newest that this version of Hourbook reads; upgrade Hourbook"));
  }
  if (value.mv_size != sizeof(head) || head.checksum != ChecksumOf(head)) {
    return absl::DataLossError("the head of the log is damaged: its checksum does not match");
  }
  return head;
}

absl::StatusOr<Head> ReadHead(MDB_txn* txn, MDB_dbi meta) {
  MDB_val key{sizeof(kHeadKey) - 1, const_cast<char*>(kHeadKey)};
  MDB_val value;
  if (const int code = mdb_get(txn, meta, &key, &value); code != 0) {
    if (code == MDB_NOTFOUND) return absl::NotFoundError("this LMDB file is not a ledger");
    return Error(code, "reading the head of the log");
  }
  return ParseHead(value);
}

absl::Status WriteHead(MDB_txn* txn, MDB_dbi meta, Head head) {
  head.checksum = ChecksumOf(head);
  MDB_val key{sizeof(kHeadKey) - 1, const_cast<char*>(kHeadKey)};
  MDB_val value{sizeof(head), &head};
  const int code = mdb_put(txn, meta, &key, &value, 0);
  return code == 0 ? absl::OkStatus() : Error(code, "writing the head of the log");
}

// LMDB maps what its meta page speaks of; beyond the end of a file cut short that is a SIGBUS, so
// the length is compared before any page is read.
absl::Status CheckLength(MDB_env* env, const std::string& directory) {
  MDB_envinfo info;
  MDB_stat stat;
  mdb_env_info(env, &info);
  mdb_env_stat(env, &stat);
  struct stat file;
  if (::stat(absl::StrCat(directory, "/data.mdb").c_str(), &file) != 0) {
    return Error(errno, absl::StrCat("looking at ", directory, "/data.mdb"));
  }
  const uint64_t needed = (uint64_t{info.me_last_pgno} + 1) * stat.ms_psize;
  if (static_cast<uint64_t>(file.st_size) < needed) {
    return absl::DataLossError(absl::StrCat(directory, "/data.mdb is cut short: ", file.st_size,
                                            " bytes of ", needed, "; restore a backup"));
  }
  return absl::OkStatus();
}

absl::StatusOr<MDB_env*> OpenEnvironment(const std::string& directory,
                                         const StoreOptions& options) {
  const unsigned flags = MDB_NOTLS | (options.read_only ? MDB_RDONLY : 0U);
  for (uint64_t map_size = options.map_size;; map_size /= 2) {
    MDB_env* env = nullptr;
    int code = mdb_env_create(&env);
    if (code != 0) return Error(code, "preparing LMDB");
    mdb_env_set_maxdbs(env, 8);
    mdb_env_set_mapsize(env, map_size);
    code = mdb_env_open(env, directory.c_str(), flags, kFileMode);
    if (code == 0) return env;
    mdb_env_close(env);
    if (code != ENOMEM || map_size <= kSmallestMap) {
      return Error(code, absl::StrCat("opening ", directory));
    }
  }
}

}  // namespace

void ReadTxn::Abort::operator()(MDB_txn* txn) const { mdb_txn_abort(txn); }

absl::StatusOr<Record> ReadTxn::At(uint64_t index) const {
  if (index >= head_.size) {
    return absl::OutOfRangeError(
        absl::StrCat("entry ", index, " is not among the ", head_.size, " of this ledger"));
  }
  uint64_t block = index / kRecordsPerBlock;
  const uint64_t place = index % kRecordsPerBlock;
  MDB_val key{sizeof(block), &block};
  MDB_val value;
  const int code = mdb_get(txn_.get(), log_, &key, &value);
  if (code != 0 || value.mv_size < (place + 1) * sizeof(StoredRecord)) {
    return absl::DataLossError(absl::StrCat("entry ", index, " is missing from the log"));
  }
  StoredRecord stored;
  std::memcpy(&stored, static_cast<const char*>(value.mv_data) + place * sizeof(stored),
              sizeof(stored));
  if (stored.checksum != ChecksumOf(stored.record) || stored.record.entry.index != index) {
    return absl::DataLossError(
        absl::StrCat("entry ", index, " is damaged on disk: its checksum does not match"));
  }
  return stored.record;
}

absl::Status WriteTxn::Append(absl::Span<const Record> records) {
  for (size_t i = 0; i < records.size(); ++i) {
    if (records[i].entry.index != head_.size + i) {
      return absl::InvalidArgumentError(absl::StrCat(
          "record ", i, " has index ", records[i].entry.index, ", not ", head_.size + i));
    }
  }
  while (!records.empty()) {
    uint64_t block = head_.size / kRecordsPerBlock;
    const size_t present = head_.size % kRecordsPerBlock;
    const size_t added = std::min<size_t>(kRecordsPerBlock - present, records.size());
    StoredRecord stored[kRecordsPerBlock];
    MDB_val key{sizeof(block), &block};
    MDB_val value;
    if (present > 0) {
      const int code = mdb_get(txn_.get(), log_, &key, &value);
      if (code != 0 || value.mv_size != present * sizeof(StoredRecord)) {
        return absl::DataLossError(
            absl::StrCat("the last block of the log, ", block, ", is damaged; restore a backup"));
      }
      std::memcpy(stored, value.mv_data, value.mv_size);
    }
    for (size_t i = 0; i < added; ++i) {
      stored[present + i] = {records[i], ChecksumOf(records[i])};
    }
    value = {(present + added) * sizeof(StoredRecord), stored};
    const int code =
        mdb_put(txn_.get(), log_, &key, &value, present > 0 ? 0U : unsigned{MDB_APPEND});
    if (code != 0) return Error(code, "appending to the log");
    head_.size += added;
    head_.last_recorded_at = records[added - 1].entry.recorded_at;
    head_.last_leaf = records[added - 1].leaf;
    records.remove_prefix(added);
  }
  return absl::OkStatus();
}

absl::Status WriteTxn::Commit(const Hash& root) {
  head_.root = root;
  if (absl::Status written = WriteHead(txn_.get(), meta_, head_); !written.ok()) return written;
  const int code = mdb_txn_commit(txn_.release());
  return code == 0 ? absl::OkStatus() : Error(code, "committing to disk");
}

absl::StatusOr<std::unique_ptr<Store>> Store::Open(const std::string& directory,
                                                   const StoreOptions& options) {
  struct stat file;
  const bool exists = ::stat(absl::StrCat(directory, "/data.mdb").c_str(), &file) == 0;
  const bool create = options.create && !options.read_only;
  if (!exists) {
    if (!create) return absl::NotFoundError(absl::StrCat(directory, " holds no ledger"));
    if (::mkdir(directory.c_str(), 0755) != 0 && errno != EEXIST) {
      return Error(errno, absl::StrCat("making ", directory));
    }
  }
  absl::StatusOr<MDB_env*> env = OpenEnvironment(directory, options);
  if (!env.ok()) return env.status();
  std::unique_ptr<Store> store(new Store(directory, *env));
  if (absl::Status length = CheckLength(*env, directory); !length.ok()) return length;
  if (absl::Status opened = store->OpenDatabases(create); !opened.ok()) return opened;
  return store;
}

Store::~Store() { mdb_env_close(env_); }

absl::StatusOr<MDB_txn*> Store::Begin(unsigned flags) const {
  MDB_txn* txn = nullptr;
  const int code = mdb_txn_begin(env_, nullptr, flags, &txn);
  if (code != 0) return Error(code, absl::StrCat("beginning a transaction on ", directory_));
  return txn;
}

absl::Status Store::OpenDatabases(bool create) {
  absl::StatusOr<MDB_txn*> begun = Begin(create ? 0U : unsigned{MDB_RDONLY});
  if (!begun.ok()) return begun.status();
  std::unique_ptr<MDB_txn, ReadTxn::Abort> txn(*begun);
  const unsigned flags = create ? unsigned{MDB_CREATE} : 0U;
  int code = mdb_dbi_open(txn.get(), "log", MDB_INTEGERKEY | flags, &log_);
  if (code == 0) code = mdb_dbi_open(txn.get(), "meta", flags, &meta_);
  if (code == MDB_NOTFOUND) {
    return absl::NotFoundError(absl::StrCat(directory_, "/data.mdb is not a ledger"));
  }
  if (code != 0) return Error(code, absl::StrCat("opening the databases of ", directory_));
  const absl::StatusOr<Head> head = ReadHead(txn.get(), meta_);
  if (!head.ok()) {
    MDB_stat stat;
    const bool is_new = create && mdb_stat(txn.get(), meta_, &stat) == 0 && stat.ms_entries == 0;
    if (!is_new) return head.status();
    const absl::Status written = WriteHead(txn.get(), meta_, EmptyHead());
    if (!written.ok()) return written;
  }
  // Database handles outlive a transaction only if it commits.
  code = mdb_txn_commit(txn.release());
  return code == 0 ? absl::OkStatus() : Error(code, absl::StrCat("preparing ", directory_));
}

absl::StatusOr<ReadTxn> Store::Read() const {
  absl::StatusOr<MDB_txn*> begun = Begin(MDB_RDONLY);
  if (!begun.ok()) return begun.status();
  std::unique_ptr<MDB_txn, ReadTxn::Abort> txn(*begun);
  const absl::StatusOr<Head> head = ReadHead(txn.get(), meta_);
  if (!head.ok()) return head.status();
  return ReadTxn(txn.release(), log_, meta_, *head);
}

absl::StatusOr<WriteTxn> Store::Write() {
  absl::StatusOr<MDB_txn*> begun = Begin(0);
  if (!begun.ok()) return begun.status();
  std::unique_ptr<MDB_txn, ReadTxn::Abort> txn(*begun);
  const absl::StatusOr<Head> head = ReadHead(txn.get(), meta_);
  if (!head.ok()) return head.status();
  return WriteTxn(txn.release(), log_, meta_, *head);
}

}  // namespace hourbook

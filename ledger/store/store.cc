#include "ledger/store/store.h"

#include <lmdb.h>
#include <sys/stat.h>
#include <xxhash.h>

#include <cerrno>
#include <cstddef>
#include <cstring>
#include <new>
#include <utility>

#include "absl/algorithm/container.h"
#include "absl/strings/str_cat.h"
#include "ledger/base/error.h"
#include "ledger/store/checked_value.h"
#include "ledger/store/cursor.h"
#include "ledger/store/environment.h"
#include "ledger/store/id_filter.h"
#include "ledger/store/writer_lock.h"

namespace hourbook {
namespace {

constexpr absl::string_view kHeadKey = "head";
constexpr absl::string_view kIdsKey = "ids";
constexpr absl::string_view kMetaKeys[] = {kHeadKey, kIdsKey, kStateKey};

uint64_t ChecksumOf(const Head& head) { return XXH3_64bits(&head, offsetof(Head, checksum)); }

Head EmptyHead() {
  Head head{};
  head.magic = kHeadMagic;
  head.version = kFormatVersion;
  return head;
}

// The head has its checksum inside, so that its first bytes tell a newer format of any size.
absl::StatusOr<Head> ParseHead(const MDB_val& value) {
  Head head;
  if (value.mv_size < offsetof(Head, size)) {
    return Fail(Failure::kCorrupt, "the head of the log is cut short; restore a backup");
  }
  std::memcpy(&head, value.mv_data, std::min(value.mv_size, sizeof(head)));
  if (head.magic != kHeadMagic) {
    return Fail(Failure::kNotALedger, "this LMDB file is not a ledger");
  }
  if (head.version > kFormatVersion) {
    return Fail(
        Failure::kNewerFormat,
        absl::StrCat("the ledger is of format ", head.version, ", newer than ", kFormatVersion,
                     ", the newest that this version of Hourbook reads; "
                     "upgrade Hourbook"));
  }
  if (value.mv_size != sizeof(head) || head.checksum != ChecksumOf(head)) {
    return Fail(Failure::kCorrupt,
                "the head of the log is damaged: its checksum does not match; restore a backup");
  }
  return head;
}

absl::StatusOr<Head> ReadHead(MDB_txn* txn, MDB_dbi meta) {
  MDB_val key = ToVal(kHeadKey);
  MDB_val value;
  const int code = mdb_get(txn, meta, &key, &value);
  if (code == MDB_NOTFOUND) return Fail(Failure::kNotALedger, "this LMDB file is not a ledger");
  if (code != 0) return LmdbError(code, "reading the head of the log");
  return ParseHead(value);
}

absl::Status WriteHead(MDB_txn* txn, MDB_dbi meta, Head head) {
  head.checksum = ChecksumOf(head);
  MDB_val key = ToVal(kHeadKey);
  MDB_val value = ToVal(AsBytes(head));
  const int code = mdb_put(txn, meta, &key, &value, 0);
  return code == 0 ? absl::OkStatus() : LmdbError(code, "writing the head of the log");
}

bool IsEmpty(MDB_txn* txn, MDB_dbi database) {
  MDB_stat stat;
  return mdb_stat(txn, database, &stat) == 0 && stat.ms_entries == 0;
}

}  // namespace

void ReadTxn::Abort::operator()(MDB_txn* txn) const {
  mdb_txn_abort(txn);
  environment->End();
}

absl::Status ReadTxn::ReadMeta() {
  const absl::StatusOr<Head> head = ReadHead(txn_.get(), parts_.meta);
  if (!head.ok()) return head.status();
  head_ = *head;
  const auto ids = GetChecked(txn_.get(), parts_.meta, kIdsKey, "the directory of ids");
  if (!ids.ok()) {
    const bool is_none = FailureOf(ids.status()) == Failure::kNotFound;
    return is_none ? absl::OkStatus() : ids.status();
  }
  if (ids->size() != sizeof(ids_)) {
    return Fail(Failure::kCorrupt, "the directory of ids has the wrong size");
  }
  std::memcpy(&ids_, ids->data(), sizeof(ids_));
  if (!IsSound(ids_, head_.size)) {
    return Fail(Failure::kCorrupt, "the directory of ids contradicts itself; restore a backup");
  }
  parts_.filters->Keep(ids_);
  return absl::OkStatus();
}

// What is missing is what has not been written yet; CheckIds and CheckState know whether it may be.
absl::Status ReadTxn::CheckMeta(MayGoOn) const {
  return ForEach(txn_.get(), parts_.meta, "looking through the heads",
                 [](absl::string_view key, absl::string_view) {
                   if (absl::c_linear_search(kMetaKeys, key)) return absl::OkStatus();
                   return Fail(Failure::kCorrupt, "there is a head that no ledger has; open the ledger so "
                                                  "that it replays its log");
                 });
}

absl::Status WriteTxn::DropStrayHeads() {
  std::vector<std::string> strays;
  const auto gather = [&](absl::string_view key, absl::string_view) {
    if (!absl::c_linear_search(kMetaKeys, key)) strays.emplace_back(key);
    return absl::OkStatus();
  };
  absl::Status status = ForEach(txn_.get(), parts_.meta, "looking through the heads", gather);
  for (size_t i = 0; i < strays.size() && status.ok(); ++i) {
    MDB_val key = ToVal(strays[i]);
    const int code = mdb_del(txn_.get(), parts_.meta, &key, nullptr);
    if (code != 0) status = LmdbError(code, "dropping a head that no ledger has");
  }
  return status;
}

absl::Status ReadTxn::CheckStored(MayGoOn may_go_on) const {
  for (const auto check : {&ReadTxn::CheckMeta, &ReadTxn::CheckLog, &ReadTxn::CheckTiles, &ReadTxn::CheckIds,
                           &ReadTxn::CheckMerges, &ReadTxn::CheckState}) {
    if (absl::Status checked = (this->*check)(may_go_on); !checked.ok()) return checked;
  }
  return absl::OkStatus();
}

WriteTxn::WriteTxn(ReadTxn txn, std::unique_ptr<WriterLock> lock)
    : ReadTxn(std::move(txn)), lock_(std::move(lock)) {}
WriteTxn::WriteTxn(WriteTxn&&) noexcept = default;
WriteTxn& WriteTxn::operator=(WriteTxn&& other) noexcept {
  txn_.reset();  // before the lock that it was begun under
  ReadTxn::operator=(std::move(other));
  lock_ = std::move(other.lock_);  // NOLINT(bugprone-use-after-move): what was moved is its base
  new_tile_hashes_ = std::move(other.new_tile_hashes_);
  ids_changed_ = other.ids_changed_;
  return *this;
}
WriteTxn::~WriteTxn() { txn_.reset(); }

absl::Status WriteTxn::Commit(const Hash& root) {
  head_.root = root;
  absl::Status ready = WriteHead(txn_.get(), parts_.meta, head_);
  if (ready.ok()) ready = FlushTiles();
  if (ready.ok() && ids_changed_) {
    ready = PutChecked(txn_.get(), parts_.meta, kIdsKey, AsBytes(ids_), "the directory of ids");
  }
  if (!ready.ok()) {
    txn_.reset();
    lock_.reset();
    return ready;
  }
  if (absl::Status done = parts_.environment->Commit(txn_.release()); !done.ok()) return done;
  try {
    parts_.filters->Keep(ids_);
    for (auto& [run, filter] : new_filters_) {
      if (filter != nullptr) parts_.filters->Put(run, std::move(filter));
    }
  } catch (const std::bad_alloc&) {
    // It is on disk all the same, and lookups do without filters.
  }
  lock_.reset();
  return absl::OkStatus();
}

bool Store::IsIn(const std::string& directory) {
  struct stat file;
  return ::stat(DataFile(directory).c_str(), &file) == 0;
}

absl::StatusOr<std::unique_ptr<Store>> Store::Open(const std::string& directory,
                                                   const StoreOptions& options) {
  const bool exists = IsIn(directory);
  const bool create = options.create && !options.read_only;
  if (!exists && errno == EACCES) return LmdbError(EACCES, absl::StrCat("opening ", directory));
  if (!exists && !create) {
    return Fail(Failure::kNotFound, absl::StrCat(directory, " holds no ledger"));
  }
  if (!exists) {
    if (absl::Status made = MakeDirectory(directory); !made.ok()) return made;
  }
  absl::StatusOr<std::unique_ptr<Environment>> environment = Environment::Open(directory, options);
  if (!environment.ok()) return environment.status();
  std::unique_ptr<Store> store(new Store(directory, *std::move(environment), options.read_only));
  if (absl::Status opened = store->OpenDatabases(create); !opened.ok()) return opened;
  return store;
}

Store::Store(std::string directory, std::unique_ptr<Environment> environment, bool read_only)
    : directory_(std::move(directory)),
      read_only_(read_only),
      environment_(std::move(environment)),
      filters_(std::make_unique<IdFilters>()),
      parts_{environment_.get(), filters_.get(), 0, 0, 0, 0, 0} {}

Store::~Store() = default;

absl::Status Store::OpenDatabases(bool create) {
  absl::StatusOr<ReadTxn> begun = Begin(create ? 0U : unsigned{MDB_RDONLY});
  if (!begun.ok()) return begun.status();
  MDB_txn* const txn = begun->txn_.get();
  MDB_dbi main = 0;
  int code = mdb_dbi_open(txn, nullptr, 0, &main);
  if (code != 0) return LmdbError(code, absl::StrCat("opening the databases of ", directory_));
  const bool is_new = create && IsEmpty(txn, main);
  const unsigned flags = is_new ? unsigned{MDB_CREATE} : 0U;
  code = mdb_dbi_open(txn, "meta", flags, &parts_.meta);
  if (code == 0 && is_new) {
    if (absl::Status put = WriteHead(txn, parts_.meta, EmptyHead()); !put.ok()) return put;
  }
  if (code == 0) {
    // Before the rest, which in a newer format may be other databases.
    if (absl::Status head = ReadHead(txn, parts_.meta).status(); !head.ok()) return head;
    code = mdb_dbi_open(txn, "log", MDB_INTEGERKEY | flags, &parts_.log);
  }
  if (code == 0) code = mdb_dbi_open(txn, "ids", MDB_INTEGERKEY | flags, &parts_.ids);
  if (code == 0) code = mdb_dbi_open(txn, "tiles", MDB_INTEGERKEY | flags, &parts_.tiles);
  if (code == 0) code = mdb_dbi_open(txn, "state", flags, &parts_.state);
  if (code == MDB_NOTFOUND || code == MDB_INCOMPATIBLE) {
    return Fail(Failure::kNotALedger, absl::StrCat(directory_, "/data.mdb is not a ledger"));
  }
  if (code != 0) return LmdbError(code, absl::StrCat("opening the databases of ", directory_));
  // Database handles outlive a transaction only if it commits.
  absl::Status done = environment_->Commit(begun->txn_.release());
  if (done.ok() && is_new) done = SyncDirectory(directory_);
  return done;
}

absl::StatusOr<ReadTxn> Store::Begin(unsigned flags) const {
  const absl::StatusOr<MDB_txn*> txn = environment_->Begin(flags);
  if (!txn.ok()) return txn.status();
  return ReadTxn(*txn, parts_);
}

absl::StatusOr<ReadTxn> Store::Read() const {
  absl::StatusOr<ReadTxn> txn = Begin(MDB_RDONLY);
  if (!txn.ok()) return txn;
  if (absl::Status read = txn->ReadMeta(); !read.ok()) return read;
  return txn;
}

absl::StatusOr<std::optional<ReadTxn>> Store::TryRead() const {
  const absl::StatusOr<MDB_txn*> begun = environment_->TryBeginRead();
  if (!begun.ok()) return begun.status();
  if (*begun == nullptr) return std::optional<ReadTxn>();
  ReadTxn txn(*begun, parts_);
  if (absl::Status read = txn.ReadMeta(); !read.ok()) return read;
  return std::optional<ReadTxn>(std::move(txn));
}

absl::StatusOr<std::unique_ptr<WriterLock>> Store::Lock(absl::Time deadline) {
  if (read_only_) {
    return Fail(Failure::kReadOnly, absl::StrCat(directory_, " was opened read-only"));
  }
  absl::StatusOr<std::unique_ptr<WriterLock>> lock = WriterLock::Acquire(directory_, deadline);
  if (!lock.ok()) return lock;
  // Of a process that was killed while it committed, readers do not see what it had synced until LMDB's
  // next writer has recovered it.
  if (absl::Status recovered = BeginWrite(nullptr).status(); !recovered.ok()) return recovered;
  return lock;
}

absl::StatusOr<WriteTxn> Store::Write(const WriterLock&) { return BeginWrite(nullptr); }

absl::StatusOr<WriteTxn> Store::Write(absl::Time deadline) {
  absl::StatusOr<std::unique_ptr<WriterLock>> lock = Lock(deadline);
  if (!lock.ok()) return lock.status();
  return BeginWrite(*std::move(lock));
}

absl::StatusOr<WriteTxn> Store::BeginWrite(std::unique_ptr<WriterLock> lock) {
  absl::StatusOr<ReadTxn> txn = Begin(0);
  if (!txn.ok()) return txn.status();
  if (absl::Status read = txn->ReadMeta(); !read.ok()) return read;
  return WriteTxn(*std::move(txn), std::move(lock));
}

absl::Status Store::Backup(const std::string& directory) const {
  return environment_->Copy(directory);
}

absl::Status Store::Grow() { return environment_->Grow(); }

absl::StatusOr<StoreStat> Store::Stat() const { return environment_->Stat(); }

}  // namespace hourbook

// Opening, closing and writing.
#include <cstring>
#include <utility>

#include "fuzz/calls/caller.h"
#include "fuzz/entry_input.h"

namespace hourbook::fuzz {
namespace {

constexpr uint64_t kMapSize = uint64_t{1} << 24;

uint64_t TakeMapSize(FuzzInput& input) {
  const uint64_t sizes[] = {kMapSize, kMapSize, kMapSize, 0, 1, uint64_t{1} << 16, UINT64_MAX};
  return sizes[input.Below(7)];
}

bool IsNone(const char* path) { return path == nullptr || *path == '\0'; }

// Whether a verdict of a batch says that the id was there, or is new now.
bool HasIndex(hbk_status status) {
  return status == HBK_OK || (status >= HBK_EXISTS && status <= HBK_EXISTS_WITH_DIFFERENT_EVIDENCE);
}

bool IsVerdict(hbk_status status) {
  return (status == HBK_OK || status >= HBK_EXISTS) &&
         std::strcmp(hbk_status_name(status), "unknown") != 0;
}

}  // namespace

Caller::Caller(FuzzInput& input) : input_(input), directory_(scratch_ / "ledger") {
  hbk_create_options options = HBK_CREATE_OPTIONS_INIT;
  options.origin = "fuzz";
  options.map_size = kMapSize;
  options.created_at = kCreatedAt;
  FUZZ_CHECK(hbk_create(directory_.c_str(), &options, &ledger_.handle, nullptr) == HBK_OK);
  ledger_.is_open = true;
  std::memcpy(root_.data(), StatOf(ledger_.handle).root, root_.size());
}

Caller::~Caller() {
  hbk_close(ledger_.handle);
  hbk_key_close(key_.handle);
}

void Caller::Create() {
  Call call;
  hbk_create_options options = HBK_CREATE_OPTIONS_INIT;
  options.struct_size = TakeSize(input_, sizeof(options), call.is_hostile);
  const char* const origins[] = {"other", nullptr, "", "a b", "a+b", "\xff", "town.example/hours"};
  const uint32_t origin = input_.Below(7);
  options.origin = origins[origin];
  call.is_hostile |= origin > 0 && origin < 6;
  const std::string long_name(33, 'z');
  const bool has_long_name = input_.Below(8) == 0;
  if (has_long_name) options.time_zone = long_name.c_str();
  options.utc_offset = input_.Below(4) == 0 ? input_.Take<int32_t>() : 28'800;
  call.is_hostile |= has_long_name || options.utc_offset < -86'400 || options.utc_offset > 86'400;
  options.flags = input_.Below(8) == 0;
  options.reserved = input_.Below(8) == 0;
  call.is_hostile |= options.flags != 0 || options.reserved != 0;
  options.map_size = kMapSize;

  const std::string other = scratch_ / std::to_string(++made_);
  const std::string nowhere = other + "/missing/ledger";
  const char* const directories[] = {other.c_str(), directory_.c_str(), nowhere.c_str(), "",
                                     nullptr};
  const uint32_t which = input_.Below(5);
  call.is_hostile |= IsNone(directories[which]);
  hbk_ledger* created = reinterpret_cast<hbk_ledger*>(this);  // must not stay
  const hbk_status status = WithError(input_, [&](hbk_error* error) {
    return hbk_create(directories[which], &options, &created, error);
  });
  FUZZ_CHECK((status == HBK_OK) == (created != nullptr));
  if (which == 0) Expect(call, status, {HBK_OK});
  if (which == 1) Expect(call, status, {HBK_LEDGER_EXISTS, HBK_ALREADY_OPEN});
  if (which == 2) Expect(call, status, {HBK_IO_ERROR, HBK_NOT_FOUND});
  if (which > 2) Expect(call, status, {});
  hbk_close(created);
}

void Caller::Open() {
  Call call;
  hbk_open_options options = HBK_OPEN_OPTIONS_INIT;
  options.struct_size = TakeSize(input_, sizeof(options), call.is_hostile);
  options.map_size = TakeMapSize(input_);
  const uint32_t flags[] = {0, 0, 0, HBK_OPEN_READ_ONLY, HBK_OPEN_REPLAY, UINT32_MAX};
  options.flags = flags[input_.Below(6)];
  call.is_hostile |= options.flags > HBK_OPEN_REPLAY;
  const bool has_options = input_.Below(4) != 0;
  if (!has_options) call.is_hostile = false;

  const std::string nowhere = scratch_ / "nowhere";
  const char* const directories[] = {directory_.c_str(), directory_.c_str(), nowhere.c_str(), "",
                                     nullptr};
  const uint32_t which = input_.Below(5);
  call.is_hostile |= IsNone(directories[which]);
  hbk_ledger* opened = reinterpret_cast<hbk_ledger*>(this);
  const hbk_status status = WithError(input_, [&](hbk_error* error) {
    return hbk_open(directories[which], has_options ? &options : nullptr, &opened, error);
  });
  FUZZ_CHECK((status == HBK_OK) == (opened != nullptr));
  if (which < 2 && ledger_.is_open) return Expect(call, status, {HBK_ALREADY_OPEN});
  if (which < 2) Expect(call, status, {HBK_OK});
  if (which == 2) Expect(call, status, {HBK_NOT_FOUND});
  if (which > 2) Expect(call, status, {});
  if (status != HBK_OK) return;
  ledger_ = {opened, true};
  is_read_only_ = has_options && (options.flags & HBK_OPEN_READ_ONLY) != 0;
}

void Caller::Close() {
  hbk_close(input_.Below(8) == 0 ? nullptr : ledger_.handle);
  if (input_.Below(2) == 0) hbk_close(ledger_.handle);  // once more does nothing
  // Which of the two it was is read off what is closed with it.
  uint8_t root[32];
  HeldSnapshot& any = snapshots_[0];
  hbk_snapshot* opened = nullptr;
  const hbk_status status = hbk_snapshot_open(ledger_.handle, &opened, nullptr);
  hbk_snapshot_close(opened);
  if (status == HBK_OK) return;
  FUZZ_CHECK(status == HBK_CLOSED);
  ledger_.is_open = false;
  trial_.is_open = false;
  for (size_t i = 0; i < snapshots_.size(); ++i) NoteClosed(i);
  FUZZ_CHECK(hbk_root(any.handle, 0, root, nullptr) == HBK_CLOSED);
}

uint64_t Caller::TakeTimeout() {
  const uint64_t timeouts[] = {HBK_FOREVER, HBK_FOREVER, 0, 1, uint64_t{1} << 62, HBK_FOREVER - 1};
  return timeouts[input_.Below(6)];
}

void Caller::Append() {
  Call call{.is_open = ledger_.is_open, .is_hostile = false};
  std::vector<hbk_entry> batch = TakeBatch(input_);
  std::vector<hbk_result> results(batch.size());
  auto count = static_cast<uint32_t>(batch.size());
  const uint32_t form = input_.Below(24);
  if (form == 0) count = 0;
  if (form == 1) {  // what is asked for is there, and is too much
    count = HBK_BATCH_MAX + 1;
    batch.resize(count);
    results.resize(count);
  }
  const bool lacks_entries = form == 2 || form == 3;
  const bool lacks_results = form == 3 || form == 4;
  if (form == 3) count = UINT32_MAX;
  call.is_hostile = lacks_entries || lacks_results;
  const uint64_t timeout = TakeTimeout();
  const hbk_status status = WithError(input_, [&](hbk_error* error) {
    return hbk_append(ledger_.handle, lacks_entries ? nullptr : batch.data(), count, timeout,
                      lacks_results ? nullptr : results.data(), error);
  });
  if (form == 0) return Expect(call, status, {HBK_BATCH_EMPTY, HBK_READ_ONLY});
  if (form == 1) return Expect(call, status, {HBK_BATCH_TOO_LARGE, HBK_READ_ONLY});
  if (is_read_only_) return Expect(call, status, {HBK_READ_ONLY});
  if (timeout == HBK_FOREVER) Expect(call, status, {HBK_OK, HBK_MAP_FULL});
  if (timeout != HBK_FOREVER) Expect(call, status, {HBK_OK, HBK_MAP_FULL, HBK_TIMEOUT});
  Settle();  // so that results are taken in the order of the ledger
  if (status == HBK_OK) TakeResults(batch, results);
}

void Caller::TakeResults(const std::vector<hbk_entry>& batch,
                         const std::vector<hbk_result>& results) {
  for (size_t i = 0; i < batch.size(); ++i) {
    const hbk_result& result = results[i];
    FUZZ_CHECK(IsVerdict(result.status) && result.reserved == 0);
    FUZZ_CHECK(HasIndex(result.status) || (result.index == 0 && result.recorded_at == 0));
    Key id;
    std::memcpy(id.data(), batch[i].id, id.size());
    const auto known = acknowledged_.find(id);
    if (result.status == HBK_OK) {
      FUZZ_CHECK(result.index == size_ && known == acknowledged_.end());
      acknowledged_[id] = {size_, batch[i]};
      ++size_;
    } else if (HasIndex(result.status) && result.index != 0) {  // 0: the genesis has an id, too
      FUZZ_CHECK(known != acknowledged_.end() && known->second.first == result.index);
    }
  }
}

void Caller::OnDone(void* context, hbk_status status, const hbk_error* error) {
  const auto [caller, submitted] = *static_cast<Context*>(context);
  FUZZ_CHECK(error != nullptr && error->status == status);
  FUZZ_CHECK((status == HBK_OK) == (error->message[0] == '\0'));
  // Not within hbk_on_done, says the contract.
  hbk_result result;
  submitted->appended_within =
      hbk_append(submitted->ledger, submitted->batch.data(), 1, HBK_FOREVER, &result, nullptr);
  const std::lock_guard<std::mutex> lock(caller->lock_);
  ++submitted->told;
  submitted->status = status;
  --caller->untold_;
  caller->told_.notify_all();
}

void Caller::Submit() {
  for (uint32_t batches = 1 + input_.Below(3); batches > 0; --batches) {
    Call call{.is_open = ledger_.is_open, .is_hostile = false};
    auto submitted = std::make_unique<Submitted>();
    submitted->ledger = ledger_.handle;
    submitted->batch = TakeBatch(input_);
    submitted->results.resize(submitted->batch.size());
    auto context = std::make_unique<Context>(Context{this, submitted.get()});
    const uint32_t form = input_.Below(16);
    const auto count = form == 0 ? 0 : static_cast<uint32_t>(submitted->batch.size());
    call.is_hostile = form == 1 || form == 2;
    const uint64_t timeout = TakeTimeout();
    {
      const std::lock_guard<std::mutex> lock(lock_);
      ++untold_;
    }
    const hbk_status status = WithError(input_, [&](hbk_error* error) {
      return hbk_submit(ledger_.handle, form == 2 ? nullptr : submitted->batch.data(), count,
                        timeout, submitted->results.data(), form == 1 ? nullptr : OnDone,
                        context.get(), error);
    });
    if (status == HBK_OK) {
      submitted_.push_back(std::move(submitted));
      contexts_.push_back(std::move(context));
    } else {
      const std::lock_guard<std::mutex> lock(lock_);
      --untold_;
    }
    if (form == 0 && ledger_.is_open) {
      Expect(call, status, {HBK_BATCH_EMPTY, HBK_READ_ONLY});
    } else if (is_read_only_) {
      Expect(call, status, {HBK_READ_ONLY});
    } else {
      Expect(call, status, {HBK_OK, HBK_TIMEOUT});
    }
  }
  if (input_.Below(2) == 0) return;  // they are still on their way when the next call comes
  Settle();
}

void Caller::Settle() {
  {
    std::unique_lock<std::mutex> lock(lock_);
    told_.wait(lock, [this] { return untold_ == 0; });
  }
  for (const auto& submitted : std::exchange(submitted_, {})) {
    FUZZ_CHECK(submitted->told == 1 && submitted->appended_within == HBK_INVALID_ARGUMENT);
    ExpectOneOf(submitted->status, {HBK_OK, HBK_MAP_FULL});
    if (submitted->status == HBK_OK) TakeResults(submitted->batch, submitted->results);
  }
  contexts_.clear();
}

void Caller::Try() {
  Settle();
  Call call{.is_open = ledger_.is_open, .is_hostile = false};
  if (input_.Below(3) == 0) {
    hbk_trial_close(trial_.handle);
    trial_.is_open = false;
  }
  if (!trial_.is_open) {
    hbk_trial* opened = nullptr;
    const hbk_status status = WithError(
        input_, [&](hbk_error* error) { return hbk_trial_open(ledger_.handle, &opened, error); });
    Expect(call, status, {HBK_OK});
    FUZZ_CHECK((status == HBK_OK) == (opened != nullptr));
    if (status != HBK_OK) return;
    trial_ = {opened, true};
    trial_at_ = 1;
    trial_kept_ = false;
  }
  call.is_open = true;
  const uint64_t to = TakeIndex(size_);
  const hbk_status advanced = WithError(
      input_, [&](hbk_error* error) { return hbk_trial_advance(trial_.handle, to, error); });
  // A ledger may have grown since the trial was opened: it stays as it was then.
  ExpectOneOf(advanced, {HBK_OK, HBK_INVALID_ARGUMENT, HBK_NOT_FOUND});
  if (to < trial_at_ || trial_kept_) FUZZ_CHECK(advanced != HBK_OK || to == trial_at_);
  if (advanced == HBK_OK) trial_at_ = to;

  std::vector<hbk_entry> batch = TakeBatch(input_);
  std::vector<hbk_result> results(batch.size());
  const uint32_t form = input_.Below(12);
  call.is_hostile = form == 1;
  const auto count = form == 0 ? 0 : static_cast<uint32_t>(batch.size());
  const int keep = form == 2 ? -1 : static_cast<int>(input_.Below(2));
  const hbk_status judged = WithError(input_, [&](hbk_error* error) {
    return hbk_trial_judge(trial_.handle, form == 1 ? nullptr : batch.data(), count, keep,
                           results.data(), error);
  });
  if (form == 0) return Expect(call, judged, {HBK_BATCH_EMPTY});
  Expect(call, judged, {HBK_OK});
  if (judged != HBK_OK) return;
  for (const hbk_result& result : results) {
    FUZZ_CHECK(IsVerdict(result.status));
    trial_kept_ |= keep != 0 && result.status == HBK_OK;
  }
}

void Caller::Backup() {
  Settle();
  Call call{.is_open = ledger_.is_open, .is_hostile = false};
  const std::string copy = scratch_ / ("copy" + std::to_string(++made_));
  const char* const directories[] = {copy.c_str(), directory_.c_str(), "", nullptr};
  const uint32_t which = input_.Below(4);
  call.is_hostile = which > 1;
  const hbk_status status = WithError(input_, [&](hbk_error* error) {
    return hbk_backup(ledger_.handle, directories[which], error);
  });
  if (which == 1) return Expect(call, status, {HBK_LEDGER_EXISTS});
  Expect(call, status, {HBK_OK});
  if (status != HBK_OK) return;
  hbk_ledger* opened = nullptr;
  const hbk_open_options options = {sizeof(options), HBK_OPEN_READ_ONLY, kMapSize};
  FUZZ_CHECK(hbk_open(copy.c_str(), &options, &opened, nullptr) == HBK_OK);
  const hbk_stat stat = StatOf(opened);
  FUZZ_CHECK(stat.size == size_);
  FUZZ_CHECK(std::memcmp(stat.root, StatOf(ledger_.handle).root, sizeof(stat.root)) == 0);
  hbk_close(opened);
}

}  // namespace hourbook::fuzz

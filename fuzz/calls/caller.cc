#include "fuzz/calls/caller.h"

#include <cstring>

namespace hourbook::fuzz {

void Caller::Step() {
  using Made = void (Caller::*)();
  constexpr Made kCalls[] = {&Caller::Append,       &Caller::Append,        &Caller::Append,
                             &Caller::Append,       &Caller::Submit,        &Caller::Submit,
                             &Caller::Open,         &Caller::Open,          &Caller::Close,
                             &Caller::Create,       &Caller::Try,           &Caller::Backup,
                             &Caller::OpenSnapshot, &Caller::OpenSnapshot,  &Caller::CloseSnapshot,
                             &Caller::ReadEntry,    &Caller::ReadAccount,   &Caller::ReadWhole,
                             &Caller::OpenCursor,   &Caller::MoveCursor,    &Caller::CloseCursor,
                             &Caller::MakeKey,      &Caller::SaveKey,       &Caller::Publish,
                             &Caller::Publish,      &Caller::Prove,         &Caller::ProveStatement,
                             &Caller::Audit,        &Caller::Forget,        &Caller::CheckTexts,
                             &Caller::KeepEvidence, &Caller::EraseEvidence, &Caller::Witness};
  constexpr auto kCount = static_cast<uint32_t>(std::size(kCalls));
  (this->*kCalls[input_.Below(kCount)])();
  CheckUnchanged();
}

void Caller::CheckUnchanged() {
  {
    const std::lock_guard<std::mutex> lock(lock_);
    if (untold_ > 0) return;  // looked at once they are told of
  }
  const uint64_t before = size_;
  Settle();
  if (!ledger_.is_open) return;
  const hbk_stat stat = StatOf(ledger_.handle);
  FUZZ_CHECK(stat.size == size_);
  hbk_snapshot* snapshot = nullptr;
  uint8_t root[32];
  FUZZ_CHECK(hbk_snapshot_open(ledger_.handle, &snapshot, nullptr) == HBK_OK);
  // Nothing that was there is another now.
  FUZZ_CHECK(hbk_root(snapshot, rooted_, root, nullptr) == HBK_OK && before <= size_);
  FUZZ_CHECK(std::memcmp(root, root_.data(), root_.size()) == 0);
  hbk_snapshot_close(snapshot);
  std::memcpy(root_.data(), stat.root, root_.size());
  rooted_ = size_;
}

void Caller::CheckEnd() {
  hbk_close(ledger_.handle);
  Settle();
  hbk_open_options options = HBK_OPEN_OPTIONS_INIT;
  options.map_size = uint64_t{1} << 24;
  FUZZ_CHECK(hbk_open(directory_.c_str(), &options, &ledger_.handle, nullptr) == HBK_OK);
  ledger_.is_open = true;
  CheckUnchanged();
  hbk_snapshot* snapshot = nullptr;
  FUZZ_CHECK(hbk_snapshot_open(ledger_.handle, &snapshot, nullptr) == HBK_OK);
  FUZZ_CHECK(hbk_verify(snapshot, nullptr, nullptr, nullptr) == HBK_OK);
  for (const auto& [id, recorded] : acknowledged_) {
    hbk_entry found;
    FUZZ_CHECK(hbk_entry_by_id(snapshot, id.data(), &found, nullptr, nullptr) == HBK_OK);
    FUZZ_CHECK(found.index == recorded.first && found.kind == recorded.second.kind);
    FUZZ_CHECK(std::memcmp(found.credit, recorded.second.credit, sizeof(found.credit)) == 0);
    FUZZ_CHECK(std::memcmp(found.evidence, recorded.second.evidence, sizeof(found.evidence)) == 0);
  }
  hbk_snapshot_close(snapshot);
}

}  // namespace hourbook::fuzz

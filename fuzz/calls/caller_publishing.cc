// Keys, publications, and proofs that must check as what was recorded.
#include <cstring>
#include <utility>

#include "fuzz/calls/caller.h"
#include "fuzz/entry_input.h"

namespace hourbook::fuzz {
namespace {

int StopAtOnce(void*, uint64_t, uint64_t) { return 1; }

}  // namespace

void Caller::MakeKey() {
  Call call;
  const char* const names[] = {"fuzz", "fuzz", "fuzz", "other", "", "a b", "a+b", "\xff", nullptr};
  const uint32_t name = input_.Below(9);
  const uint32_t types[] = {HBK_KEY_LOG, HBK_KEY_LOG, HBK_KEY_LOG, HBK_KEY_WITNESS, 0, UINT32_MAX};
  const uint32_t type = types[input_.Below(6)];
  call.is_hostile = name > 3 || (type != HBK_KEY_LOG && type != HBK_KEY_WITNESS);
  hbk_key* made = reinterpret_cast<hbk_key*>(this);
  const hbk_status status = WithError(
      input_, [&](hbk_error* error) { return hbk_key_generate(names[name], type, &made, error); });
  Expect(call, status, {HBK_OK});
  FUZZ_CHECK((status == HBK_OK) == (made != nullptr));
  if (status != HBK_OK) return;
  hbk_key_close(key_.handle);
  key_ = {made, true};
  key_name_ = names[name];
  key_type_ = type;
}

void Caller::SaveKey() {
  Call call{.is_open = key_.is_open, .is_hostile = false};
  const std::string good = scratch_ / ("key" + std::to_string(++made_));
  const std::string nowhere = scratch_ / "nowhere/key";
  const char* const paths[] = {good.c_str(),       good.c_str(), nowhere.c_str(),
                               directory_.c_str(), "",           nullptr};
  const uint32_t which = input_.Below(6);
  const std::string passphrase(input_.Below(32) == 0 ? 1'025 : 0, 'p');
  call.is_hostile = which > 3 || !passphrase.empty();
  const hbk_status saved = WithError(input_, [&](hbk_error* error) {
    return hbk_key_save(key_.handle, paths[which], passphrase.c_str(), error);
  });
  if (which == 2) Expect(call, saved, {HBK_NOT_FOUND});
  if (which == 3) Expect(call, saved, {HBK_FILE_EXISTS});
  if (which != 2 && which != 3) Expect(call, saved, {HBK_OK});
  hbk_key* loaded = nullptr;
  const hbk_status status = WithError(input_, [&](hbk_error* error) {
    return hbk_key_load(good.c_str(), nullptr, &loaded, error);
  });
  ExpectOneOf(status, {HBK_OK, HBK_NOT_FOUND});
  FUZZ_CHECK((status == HBK_OK) == (saved == HBK_OK) && (loaded != nullptr) == (status == HBK_OK));
  if (status != HBK_OK) return;
  FUZZ_CHECK(hbk_key_save(loaded, good.c_str(), nullptr, nullptr) == HBK_FILE_EXISTS);
  std::string before, after;
  const auto vkey_of = [](hbk_key* key) {
    return [key](char* text, size_t room, size_t* length) {
      return hbk_key_vkey(key, text, room, length, nullptr);
    };
  };
  FUZZ_CHECK(GetText(input_, before, vkey_of(key_.handle)) == HBK_OK);
  FUZZ_CHECK(GetText(input_, after, vkey_of(loaded)) == HBK_OK && before == after);
  hbk_key_close(loaded);
}

void Caller::Publish() {
  Settle();
  CheckUnchanged();  // root_ is that of the present
  Call call{.is_open = ledger_.is_open && key_.is_open, .is_hostile = false};
  const auto which = static_cast<int>(input_.Below(2));
  const std::string directory = scratch_ / ("published" + std::to_string(which));
  const uint32_t form = input_.Below(12);
  const bool stops = form == 0;
  call.is_hostile = form == 1 || key_name_ != "fuzz" || key_type_ != HBK_KEY_LOG;
  hbk_checkpoint published{7, {}};
  const hbk_status status = WithError(input_, [&](hbk_error* error) {
    return hbk_publish(ledger_.handle, key_.handle, form == 1 ? "" : directory.c_str(),
                       stops ? StopAtOnce : nullptr, nullptr, &published, error);
  });
  if (is_read_only_ && call.is_open) {
    Expect(call, status, {HBK_READ_ONLY});
  } else {
    Expect(call, status, {HBK_OK, HBK_END, HBK_BEHIND, HBK_UNSOUND});
  }
  if (status != HBK_OK) {
    FUZZ_CHECK(published.size == 7);
    return;
  }
  FUZZ_CHECK(published.size == size_ &&
             std::memcmp(published.root, root_.data(), root_.size()) == 0);
  FUZZ_CHECK(GetText(input_, vkey_, [&](char* text, size_t room, size_t* length) {
               return hbk_key_vkey(key_.handle, text, room, length, nullptr);
             }) == HBK_OK);
  FUZZ_CHECK(GetText(input_, note_, [&](char* text, size_t room, size_t* length) {
               return hbk_published_checkpoint(ledger_.handle, text, room, length, nullptr);
             }) == HBK_OK);
  hbk_checkpoint checked;
  FUZZ_CHECK(hbk_check_checkpoint(note_.data(), note_.size(), vkey_.c_str(), &checked, nullptr) ==
             HBK_OK);
  FUZZ_CHECK(std::memcmp(&checked, &published, sizeof(checked)) == 0);
  signed_ = published;
  publishers_[which] = vkey_;
}

void Caller::Prove() {
  const HeldSnapshot& held = PickSnapshot();
  Call call{.is_open = held.is_open, .is_hostile = false};
  const uint64_t index = TakeIndex(held.size);
  std::string note = note_;
  const bool is_spoilt = !note.empty() && input_.Below(4) == 0;
  if (is_spoilt) note[input_.Below(256) % note.size()] = static_cast<char>(input_.Take<uint8_t>());
  const bool is_whole = !note_.empty() && note == note_;

  std::string proof;
  const hbk_status status = GetText(input_, proof, [&](char* text, size_t room, size_t* length) {
    return hbk_prove_inclusion(held.handle, index, note.data(), note.size(), text, room, length,
                               nullptr);
  });
  Expect(call, status, {HBK_OK, HBK_NOT_FOUND, HBK_BEHIND, HBK_UNSOUND});
  if (held.is_open && is_whole && held.size >= signed_.size) {
    FUZZ_CHECK(status == (index < signed_.size ? HBK_OK : HBK_NOT_FOUND));
  }
  if (status == HBK_OK && is_whole) {
    hbk_entry proven, recorded;
    uint64_t at = 0;
    FUZZ_CHECK(hbk_check_inclusion(proof.data(), proof.size(), vkey_.c_str(), nullptr, &proven, &at,
                                   nullptr, nullptr) == HBK_OK);
    FUZZ_CHECK(hbk_entry_by_index(held.handle, index, &recorded, nullptr, nullptr) == HBK_OK);
    FUZZ_CHECK(at == index && std::memcmp(&proven, &recorded, sizeof(proven)) == 0);
  }

  std::string request;
  const hbk_status consistent =
      GetText(input_, request, [&](char* text, size_t room, size_t* length) {
        return hbk_prove_consistency(held.handle, index, note.data(), note.size(), text, room,
                                     length, nullptr);
      });
  Expect(call, consistent, {HBK_OK, HBK_NOT_FOUND, HBK_BEHIND, HBK_UNSOUND});
  if (consistent != HBK_OK || !is_whole) return;
  uint8_t old_root[32];
  FUZZ_CHECK(hbk_root(held.handle, index, old_root, nullptr) == HBK_OK);
  hbk_checkpoint old_checkpoint, new_checkpoint;
  FUZZ_CHECK(hbk_check_consistency(request.data(), request.size(), vkey_.c_str(), nullptr, 0,
                                   old_root, &old_checkpoint, &new_checkpoint, nullptr) == HBK_OK);
  FUZZ_CHECK(old_checkpoint.size == index && new_checkpoint.size == signed_.size);
}

void Caller::ProveStatement() {
  const HeldSnapshot& held = PickSnapshot();
  Call call{.is_open = held.is_open, .is_hostile = false};
  uint8_t party[16] = {};
  TakeId(input_, party);
  const uint16_t units[] = {0, 0, 1, 2, 3, 4, 16, UINT16_MAX};
  const uint16_t unit = units[input_.Below(8)];
  const bool lacks_sink = input_.Below(16) == 0;
  call.is_hostile = lacks_sink || unit == 4;
  std::string statement;
  const hbk_text_sink sink = [](void* context, const char* text, size_t length) {
    static_cast<std::string*>(context)->append(text, length);
    return 0;
  };
  hbk_statement_made made;
  const hbk_status status = WithError(input_, [&](hbk_error* error) {
    return hbk_prove_statement(held.handle, party, unit, INT64_MIN, INT64_MAX, note_.data(),
                               note_.size(), lacks_sink ? nullptr : sink, &statement, &made, error);
  });
  Expect(call, status, {HBK_OK, HBK_NOT_FOUND, HBK_BEHIND, HBK_UNSOUND});
  hbk_statement_checked checked = HBK_STATEMENT_CHECKED_INIT;
  const char* const vkey = vkey_.empty() ? nullptr : vkey_.c_str();
  Call check{.is_open = true, .is_hostile = vkey == nullptr};
  checked.struct_size = TakeSize(input_, sizeof(checked), check.is_hostile);
  const hbk_status said = WithError(input_, [&](hbk_error* error) {
    return hbk_check_statement(statement.data(), statement.size(), vkey, nullptr, nullptr, &checked,
                               error);
  });
  if (status == HBK_OK) Expect(check, said, {HBK_OK});
  if (status != HBK_OK) Expect(check, said, {HBK_UNSOUND});
  if (said == HBK_OK)
    FUZZ_CHECK(checked.entries == made.entries && checked.checkpoint.size == signed_.size);
  if (said == HBK_OK) FUZZ_CHECK(std::memcmp(checked.party, party, sizeof(party)) == 0);
}

void Caller::Audit() {
  Settle();
  const auto which = static_cast<int>(input_.Below(2));
  const auto publisher = publishers_.find(which);
  const std::string directory = scratch_ / ("published" + std::to_string(which));
  const std::string scratch = scratch_ / "";
  Call call;
  hbk_audit_options options = HBK_AUDIT_OPTIONS_INIT;
  options.struct_size = TakeSize(input_, sizeof(options), call.is_hostile);
  options.threads = 1;
  options.scratch_directory = scratch.c_str();
  const uint32_t flags[] = {0, 0, HBK_AUDIT_CHAIN_ONLY, 2};
  options.flags = flags[input_.Below(4)];
  options.reserved = input_.Below(16) == 0;
  call.is_hostile |= options.flags > 1 || options.reserved != 0;
  const char* vkey = publisher == publishers_.end() ? "no vkey" : publisher->second.c_str();
  if (publisher == publishers_.end()) call.is_hostile = true;
  hbk_audit_report report = HBK_AUDIT_REPORT_INIT;
  report.struct_size = TakeSize(input_, sizeof(report), call.is_hostile);
  const hbk_status status = WithError(input_, [&](hbk_error* error) {
    return hbk_audit(directory.c_str(), vkey, &options, nullptr, nullptr, &report, error);
  });
  Expect(call, status, {HBK_OK});
  if (status == HBK_OK)
    FUZZ_CHECK(report.finding == HBK_FINDING_NONE && report.checkpoint.size <= size_);

  const HeldSnapshot& held = PickSnapshot();
  hbk_audit_report own = HBK_AUDIT_REPORT_INIT;
  const hbk_status audited = WithError(input_, [&](hbk_error* error) {
    return hbk_audit_ledger(held.handle, vkey_.c_str(), nullptr, StopAtOnce, nullptr, &own, error);
  });
  Expect({held.is_open, vkey_.empty()}, audited,
         {HBK_OK, HBK_END, HBK_NOT_FOUND, HBK_BEHIND, HBK_UNSOUND});
}

void Caller::Forget() {
  Settle();
  const hbk_status status = WithError(
      input_, [&](hbk_error* error) { return hbk_forget_publication(ledger_.handle, error); });
  if (is_read_only_) return Expect({ledger_.is_open, false}, status, {HBK_READ_ONLY});
  Expect({ledger_.is_open, false}, status, {HBK_OK});
  if (status != HBK_OK) return;
  std::string note;
  FUZZ_CHECK(GetText(input_, note, [&](char* text, size_t room, size_t* length) {
               return hbk_published_checkpoint(ledger_.handle, text, room, length, nullptr);
             }) == HBK_NOT_FOUND);
}

// Calls that take a text from anywhere and no handle.
void Caller::CheckTexts() {
  const std::string text = input_.TakeText(input_.Below(256));
  const char* const given = input_.Below(8) == 0 ? nullptr : text.data();
  const size_t length = given == nullptr ? input_.Below(2) : text.size();
  const bool lacks_text = given == nullptr && length > 0;
  const char* const vkey = vkey_.empty() ? "no vkey" : vkey_.c_str();
  const Call call{.is_open = true, .is_hostile = lacks_text || vkey_.empty()};
  hbk_checkpoint checkpoint{7, {}};
  Expect(call,
         WithError(input_,
                   [&](hbk_error* error) {
                     return hbk_check_checkpoint(given, length, vkey, &checkpoint, error);
                   }),
         {HBK_UNSOUND});
  FUZZ_CHECK(checkpoint.size == 7);
  const uint8_t leaf[32] = {};
  Expect(call,
         WithError(input_,
                   [&](hbk_error* error) {
                     return hbk_check_inclusion(given, length, vkey, leaf, nullptr, nullptr,
                                                nullptr, error);
                   }),
         {HBK_UNSOUND});
  Expect(call,
         WithError(input_,
                   [&](hbk_error* error) {
                     return hbk_check_consistency(given, length, vkey, nullptr, 0, leaf, nullptr,
                                                  nullptr, error);
                   }),
         {HBK_UNSOUND});
  size_t offset = 7;
  Expect({true, lacks_text},
         WithError(input_,
                   [&](hbk_error* error) {
                     return hbk_evidence_check(given, length, leaf, &offset, error);
                   }),
         {HBK_UNSOUND});
  FUZZ_CHECK(offset == 7);
  std::string line;
  const hbk_status witness = GetText(input_, line, [&](char* out, size_t room, size_t* out_length) {
    return hbk_policy_witness(given, length, input_.Below(3), out, room, out_length, nullptr);
  });
  Expect({true, lacks_text}, witness, {HBK_OK, HBK_NOT_FOUND, HBK_INVALID_ARGUMENT});
  const auto number = input_.Take<uint32_t>();
  FUZZ_CHECK(hbk_status_name(number) != nullptr && hbk_status_message(number) != nullptr);
  FUZZ_CHECK(hbk_finding_name(number) != nullptr && hbk_finding_meaning(number) != nullptr);
}

}  // namespace hourbook::fuzz

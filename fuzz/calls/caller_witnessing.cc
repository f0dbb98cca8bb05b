// Payloads behind evidence, and witnesses of what was published.
#include <cstring>
#include <filesystem>
#include <utility>

#include "fuzz/calls/caller.h"
#include "fuzz/entry_input.h"

namespace hourbook::fuzz {

void Caller::KeepEvidence() {
  const std::string good = scratch_ / "evidence";
  const char* const stores[] = {good.c_str(), good.c_str(), "", nullptr};
  const char* const store = stores[input_.Below(4)];
  const std::string payload = input_.TakeText(input_.Below(256));
  const uint32_t form = input_.Below(8);
  const bool lacks_payload = form == 0 && !payload.empty();
  const bool lacks_commitment = form == 1;
  const Call call{
      .is_open = true,
      .is_hostile = store == nullptr || *store == '\0' || lacks_payload || lacks_commitment};
  uint8_t commitment[32] = {};
  const hbk_status kept = WithError(input_, [&](hbk_error* error) {
    return hbk_evidence_keep(store, form == 0 ? nullptr : payload.data(), payload.size(),
                             lacks_commitment ? nullptr : commitment, error);
  });
  Expect(call, kept, {HBK_OK});
  if (kept != HBK_OK) return;
  std::string opening;
  const auto show = [&](char* text, size_t room, size_t* length) {
    return hbk_evidence_show(store, commitment, text, room, length, nullptr);
  };
  FUZZ_CHECK(GetText(input_, opening, show) == HBK_OK);
  size_t at = 0;
  FUZZ_CHECK(hbk_evidence_check(opening.data(), opening.size(), commitment, &at, nullptr) ==
             HBK_OK);
  FUZZ_CHECK(opening.substr(at) == payload);
  commitment[input_.Below(32)] ^= 1;
  FUZZ_CHECK(hbk_evidence_check(opening.data(), opening.size(), commitment, &at, nullptr) ==
             HBK_UNSOUND);
  FUZZ_CHECK(hbk_evidence_erase(store, commitment, nullptr) == HBK_NOT_FOUND);
  kept_.push_back(opening);
}

// All that was kept is shown until it is erased, and then nothing is.
void Caller::EraseEvidence() {
  if (kept_.empty()) return;
  const std::string store = scratch_ / "evidence";
  const size_t which = input_.Below(256) % kept_.size();
  const std::string opening = kept_[which];
  kept_.erase(kept_.begin() + static_cast<ptrdiff_t>(which));
  uint8_t commitment[32] = {};
  FUZZ_CHECK(hbk_evidence_keep(store.c_str(), "", 0, commitment, nullptr) == HBK_OK);
  std::string text;
  const auto show = [&](char* out, size_t room, size_t* length) {
    return hbk_evidence_show(store.c_str(), commitment, out, room, length, nullptr);
  };
  FUZZ_CHECK(GetText(input_, text, show) == HBK_OK && text != opening);
  for (uint32_t times = 1 + input_.Below(2); times > 0; --times) {
    const hbk_status erased = WithError(input_, [&](hbk_error* error) {
      return hbk_evidence_erase(store.c_str(), commitment, error);
    });
    ExpectOneOf(erased, {HBK_OK});
    FUZZ_CHECK(GetText(input_, text, show) == HBK_NOT_FOUND);
  }
}

// A witness cosigns what was published last, the cosignature is added, and satisfies the policy.
void Caller::Witness() {
  const std::string state = scratch_ / "witness";
  std::filesystem::create_directory(state);
  hbk_key* witness = nullptr;
  FUZZ_CHECK(hbk_key_generate("w1.example", HBK_KEY_WITNESS, &witness, nullptr) == HBK_OK);
  std::string vkey;
  FUZZ_CHECK(GetText(input_, vkey, [&](char* text, size_t room, size_t* length) {
               return hbk_key_vkey(witness, text, room, length, nullptr);
             }) == HBK_OK);
  std::string policy = "log " + vkey_ + "\nwitness w1 " + vkey + "\nquorum w1\n";
  const bool is_spoilt = input_.Below(4) == 0;
  if (is_spoilt)
    policy[input_.Below(256) % policy.size()] = static_cast<char>(input_.Take<uint8_t>());
  const HeldSnapshot& held = PickSnapshot();
  std::string request;
  const hbk_status proved = GetText(input_, request, [&](char* text, size_t room, size_t* length) {
    return hbk_prove_consistency(held.handle, 0, note_.data(), note_.size(), text, room, length,
                                 nullptr);
  });
  char body[4'096];
  size_t length = 0;
  uint32_t code = 0;
  const hbk_status answered = WithError(input_, [&](hbk_error* error) {
    return hbk_witness_answer(witness, policy.data(), policy.size(), state.c_str(), request.data(),
                              request.size(), &code, body, sizeof(body), &length, error);
  });
  ExpectOneOf(answered, {HBK_OK, HBK_INVALID_ARGUMENT, HBK_TOO_SMALL, HBK_CORRUPT});
  const bool is_asked_well = proved == HBK_OK && !is_spoilt && !vkey_.empty();
  // A witness of another key keeps another file, so each meets the log for the first time.
  if (is_asked_well && answered == HBK_OK) FUZZ_CHECK(code == 200);
  if (answered == HBK_OK && code == 200)
    AddCosignature(policy, std::string(body, length), is_asked_well);
  std::string latest;
  const uint8_t unknown[32] = {};
  FUZZ_CHECK(GetText(input_, latest, [&](char* text, size_t room, size_t* out_length) {
               return hbk_witness_checkpoint(witness, state.c_str(), unknown, text, room,
                                             out_length, nullptr);
             }) == HBK_NOT_FOUND);
  hbk_key_close(witness);
}

void Caller::AddCosignature(const std::string& policy, const std::string& lines, bool is_good) {
  const auto which = static_cast<int>(input_.Below(2));
  const std::string directory = scratch_ / ("published" + std::to_string(which));
  uint32_t added = 7;
  const hbk_status status = WithError(input_, [&](hbk_error* error) {
    return hbk_add_cosignatures(directory.c_str(), lines.data(), lines.size(), policy.data(),
                                policy.size(), &added, error);
  });
  ExpectOneOf(status, {HBK_OK, HBK_UNSOUND, HBK_INVALID_ARGUMENT, HBK_NOT_FOUND});
  FUZZ_CHECK(added == (status == HBK_OK ? 1 : 7));
  const std::string cosigned = note_ + lines;
  int64_t times[HBK_WITNESSES_MAX];
  hbk_checkpoint checked;
  const hbk_status satisfied = WithError(input_, [&](hbk_error* error) {
    return hbk_check_policy(cosigned.data(), cosigned.size(), policy.data(), policy.size(), nullptr,
                            &checked, times, error);
  });
  ExpectOneOf(satisfied, {HBK_OK, HBK_UNSOUND, HBK_INVALID_ARGUMENT});
  if (!is_good) return;
  FUZZ_CHECK(satisfied == HBK_OK && times[0] > 0 && times[1] == 0);
  FUZZ_CHECK(checked.size == signed_.size);
  // The checkpoint alone lacks its witness.
  FUZZ_CHECK(hbk_check_policy(note_.data(), note_.size(), policy.data(), policy.size(), nullptr,
                              nullptr, nullptr, nullptr) == HBK_UNSOUND);
}

}  // namespace hourbook::fuzz

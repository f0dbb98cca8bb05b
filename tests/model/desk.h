// Serves the driver's calls on the ledgers that this process has open, through the C API. Only opening
// goes around it: the API takes the system's clock, and the town has its own.
#ifndef TESTS_MODEL_DESK_H_
#define TESTS_MODEL_DESK_H_

#include <atomic>
#include <cstdint>
#include <map>
#include <memory>
#include <string>

#include "api/hourbook.h"
#include "ledger/engine/ledger.h"
#include "tests/model/answer.h"
#include "tests/model/call.h"

namespace hourbook {

// What the town's ledgers begin from.
Genesis TownGenesis();

class Desk {
 public:
  Desk() = default;
  ~Desk();
  Desk(const Desk&) = delete;
  Desk& operator=(const Desk&) = delete;

  Reply Serve(const Call& call);

 private:
  struct Opened {
    hbk_ledger* handle = nullptr;
    std::map<uint32_t, hbk_snapshot*> slots;
    std::map<uint32_t, hbk_cursor*> cursors;
    Facts facts;
  };

  void Do(const Call& call, Opened& opened, Reply& reply);
  void OpenOrRefuse(const Call& call, Opened& opened, Reply& reply);
  static Facts FactsOf(const Opened& opened);
  hbk_status Open(const Call& call, Opened& opened, Reply& reply);
  void Append(const Call& call, const Opened& opened, Reply& reply);
  void Submit(const Call& call, const Opened& opened, Reply& reply);
  void Ask(const Call& call, const Opened& opened, Reply& reply);
  void Try(const Call& call, const Opened& opened, Reply& reply);
  void Next(const Call& call, Opened& opened, Reply& reply);
  hbk_status OpenCursorOf(const Call& call, Opened& opened) const;
  hbk_status Publish(const Call& call, const Opened& opened, Reply& reply);
  Asked AskedOf(const Call& call, const Opened& opened, hbk_snapshot* snapshot);
  hbk_key* KeyOf(const std::string& home);
  static void Close(Opened& opened);

  std::atomic<int64_t> clock_ = 0;
  std::map<uint32_t, Opened> ledgers_;
  std::string home_;
  hbk_key* key_ = nullptr;  // of home_
  std::string vkey_;
};

// The file of a town's key.
std::string KeyFile(const std::string& home);

}  // namespace hourbook

#endif  // TESTS_MODEL_DESK_H_

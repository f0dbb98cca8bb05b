#include "tests/damage/forge.h"

#include <algorithm>
#include <cstring>

#include "ledger/chain/frontier.h"
#include "ledger/chain/hasher.h"
#include "ledger/chain/tiles.h"

namespace hourbook::damage {
namespace {

constexpr uint64_t kHashesPerPage = 32;

using Key = Contents::key_type;

std::string KeyOf(uint64_t number) {
  std::string key(sizeof(number), '\0');
  std::memcpy(key.data(), &number, sizeof(number));
  return key;
}

// Visits the stored records of whole blocks in the order of the log.
template <class Visit>
void ForEachRecord(Contents& contents, Visit visit) {
  std::map<uint64_t, std::string*> blocks;
  for (auto& [key, value] : contents) {
    if (key.first != "log" || key.second.size() != sizeof(uint64_t)) continue;
    uint64_t block = 0;
    std::memcpy(&block, key.second.data(), sizeof(block));
    blocks[block] = &value;
  }
  for (auto& [block, value] : blocks) {
    for (size_t at = 0; at + sizeof(StoredRecord) <= value->size(); at += sizeof(StoredRecord)) {
      StoredRecord stored;
      std::memcpy(&stored, value->data() + at, sizeof(stored));
      visit(stored);
      std::memcpy(value->data() + at, &stored, sizeof(stored));
    }
  }
}

void RepairLeaves(Contents& contents) {
  Hash leaf{};
  ForEachRecord(contents, [&](StoredRecord& stored) {
    stored.record.leaf = leaf = EntryLeafHash(leaf, stored.record.entry);
  });
}

void RepairTree(Contents& contents) {
  std::erase_if(contents, [](const auto& record) { return record.first.first == "tiles"; });
  Frontier frontier;
  Head* head = nullptr;
  const auto found = contents.find(Key("meta", "head"));
  if (found != contents.end() && found->second.size() == sizeof(Head))
    head = reinterpret_cast<Head*>(found->second.data());
  Head repaired{};
  if (head != nullptr) std::memcpy(&repaired, head, sizeof(repaired));
  repaired.size = 0;
  ForEachRecord(contents, [&](const StoredRecord& stored) {
    ++repaired.size;
    repaired.last_leaf = stored.record.leaf;
    repaired.last_recorded_at = stored.record.entry.recorded_at;
    AppendLeaf(frontier, stored.record.leaf, [&](int level, uint64_t index, const Hash& hash) {
      std::string& page =
          contents[Key("tiles", KeyOf(static_cast<uint64_t>(level) << 56 | index / kHashesPerPage))];
      page.resize(page.size() - std::min(page.size(), sizeof(uint64_t)));  // less its checksum
      page.append(reinterpret_cast<const char*>(hash.data()), sizeof(hash));
      page.append(sizeof(uint64_t), '\0');
    });
  });
  repaired.root = frontier.Root();
  if (head != nullptr) std::memcpy(head, &repaired, sizeof(repaired));
}

}  // namespace

Contents ContentsOf(const std::vector<RawRecord>& records) {
  Contents contents;
  for (const RawRecord& record : records) contents[{record.database, record.key}] = record.value;
  return contents;
}

void Replace(RawStore& store, const Contents& before, const Contents& after) {
  std::vector<RawRecord> put, removed;
  for (const auto& [key, value] : after) {
    const auto was = before.find(key);
    if (was == before.end() || was->second != value) put.push_back({key.first, key.second, value, 0, 0});
  }
  for (const auto& [key, value] : before) {
    if (!after.contains(key)) removed.push_back({key.first, key.second, {}, 0, 0});
  }
  store.Change(put, removed);
}

void MakeRight(Repair repair, Contents& contents) {
  if (repair == Repair::kNothing) return;
  if (repair >= Repair::kLeaves) RepairLeaves(contents);
  if (repair >= Repair::kTree) RepairTree(contents);
  if (repair >= Repair::kAllMade) {
    std::erase_if(contents, [](const auto& record) {
      const auto& [database, key] = record.first;
      return database == "ids" || database == "state" || (database == "meta" && key != "head");
    });
  }
  for (auto& [key, value] : contents) value = WithChecksum(key.first, value);
}

}  // namespace hourbook::damage

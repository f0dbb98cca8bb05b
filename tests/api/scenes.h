// What applications do with a ledger, scene by scene, while the machine refuses something: memory, mappings,
// threads, calls to the disk. Whatever it is, each call says so and harms nothing.
#ifndef TESTS_API_SCENES_H_
#define TESTS_API_SCENES_H_

#include <cstdint>
#include <functional>
#include <iosfwd>
#include <map>
#include <mutex>
#include <string>
#include <vector>

#include "tests/api/handles.h"

namespace hourbook {

// A ledger in a directory, what a scene does with it, and what it was answered.
struct World {
  // Beginning as Base left it.
  World();
  ~World() { hbk_close(ledger); }
  World(const World&) = delete;
  World& operator=(const World&) = delete;

  // Takes note of what a call came to: success, or what `fits` the fault.
  hbk_status Note(hbk_status status, const char* call);

  // Batches whose entries must be there from now on.
  void Acknowledge(const std::vector<Entry>& entries);

  const TempDir temp{TempDir::MemoryBase()};
  const std::string directory, site;
  hbk_ledger* ledger = nullptr;
  hbk_key* key = nullptr;  // lives longer than the world
  std::string vkey;
  bool (*fits)(hbk_status status) = nullptr;
  std::mutex lock;
  std::map<hbk_status, int> answers;  // other than HBK_OK
  std::vector<Entry> acknowledged, sent;
};

struct Scene {
  const char* name;
  bool opens;  // the ledger is open when it begins
  std::function<void(World&)> run;
  std::function<void(World&)> check = [](World&) {};
  std::vector<Entry> sends = {};
  uint64_t stride = 1;      // of the short form, where there are many faults; 0: each of them, in any form
  uint64_t map_size = 0;    // as hbk_open_options'
  bool others_write = false;  // another process writes before it begins, and ends without closing
};

void PrintTo(const Scene& scene, std::ostream* out);

const std::vector<Scene>& Scenes();

// How something is refused.
struct Refuser {
  const char* name;
  // The first-th that is asked for from here on, up to the last-th; with 0, none any more.
  void (*refuse)(uint64_t first, uint64_t last);
  uint64_t (*counted)();
  bool (*fits)(hbk_status status);  // whether a call may say so of it
  bool are_many;                    // so that the short form leaves some out
};

// What came of a scene that was run once for each one refused, or for each and all after it.
struct Explored {
  uint64_t runs = 0, told = 0, poisoned = 0;
};

// With HOURBOOK_EFFORT above 1 in the environment; or HOURBOOK_FAULTS, the number of the fault to begin with.
bool IsLongForm();

// Whether each call that a scene makes is refused to it once, where they are not many: not in the short form
// of a sanitizer.
bool TriesEachCall();

// Every scene.stride-th of many, each in the long form. Stops at a failure.
Explored Explore(const Scene& scene, const Refuser& refuser, bool for_ever);

}  // namespace hourbook

#endif  // TESTS_API_SCENES_H_

// Runs a fuzz target without libFuzzer: on each file named, or in the folders named. Then, where
// HOURBOOK_FUZZ_RUNS says so, on so many mutations of them, times HOURBOOK_EFFORT. HOURBOOK_SEED
// makes the mutations. An input that stops the target is kept as fuzz-failure in the working
// directory.
#include <signal.h>

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <string>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size);
extern "C" void __sanitizer_set_death_callback(void (*callback)()) __attribute__((weak));

namespace {

using Bytes = std::vector<uint8_t>;

Bytes ReadInput(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return Bytes(std::istreambuf_iterator<char>(file), {});
}

std::vector<Bytes> ReadInputs(int argc, char** argv) {
  std::vector<Bytes> inputs;
  for (int i = 1; i < argc; ++i) {
    if (!std::filesystem::is_directory(argv[i])) {
      inputs.push_back(ReadInput(argv[i]));
      continue;
    }
    std::vector<std::filesystem::path> paths;
    for (const auto& entry : std::filesystem::directory_iterator(argv[i]))
      paths.push_back(entry.path());
    std::sort(paths.begin(), paths.end());  // a seed makes the same mutations on every file system
    for (const auto& path : paths) inputs.push_back(ReadInput(path));
  }
  return inputs;
}

unsigned long NumberFrom(const char* name, unsigned long otherwise) {
  const char* const given = std::getenv(name);
  return given == nullptr ? otherwise : std::strtoul(given, nullptr, 10);
}

const Bytes* running = nullptr;
unsigned long seed = 0;

// Whatever stops the target: a signal, or a sanitizer that ends the process.
void KeepInput() {
  if (running == nullptr) return;
  std::ofstream("fuzz-failure", std::ios::binary)
      .write(reinterpret_cast<const char*>(running->data()),
             static_cast<std::streamsize>(running->size()));
  std::fprintf(stderr, "seed %lu; the input is in fuzz-failure\n", seed);
}

void OnSignal(int number) {
  KeepInput();
  signal(number, SIG_DFL);
  raise(number);
}

void Run(const Bytes& input) {
  running = &input;
  LLVMFuzzerTestOneInput(input.data(), input.size());
  running = nullptr;
}

// Another input: bytes changed, a piece repeated or dropped.
Bytes Mutate(Bytes input, std::mt19937& random) {
  for (uint32_t changes = random() % 8 + 1; changes > 0; --changes) {
    const size_t at = input.empty() ? 0 : random() % input.size();
    switch (random() % 4) {
      case 0:
        if (!input.empty()) input[at] = static_cast<uint8_t>(random());
        break;
      case 1:
        if (!input.empty()) input[at] ^= static_cast<uint8_t>(1U << random() % 8);
        break;
      case 2:
        input.insert(input.begin() + static_cast<ptrdiff_t>(at), 1, static_cast<uint8_t>(random()));
        break;
      default:
        if (!input.empty()) input.erase(input.begin() + static_cast<ptrdiff_t>(at));
    }
  }
  return input;
}

}  // namespace

int main(int argc, char** argv) {
  const std::vector<Bytes> inputs = ReadInputs(argc, argv);
  if (inputs.empty()) {
    std::fprintf(stderr, "usage: %s FILE-OR-FOLDER...  (there was no input)\n", argv[0]);
    return 2;
  }
  for (const int number : {SIGILL, SIGABRT, SIGSEGV, SIGBUS, SIGFPE}) {
    struct sigaction before;
    sigaction(number, nullptr, &before);
    if (before.sa_handler == SIG_DFL)
      signal(number, OnSignal);  // else a sanitizer's, which tells more
  }
  if (__sanitizer_set_death_callback != nullptr) __sanitizer_set_death_callback(KeepInput);

  seed = NumberFrom("HOURBOOK_SEED", 1);
  const unsigned long runs = NumberFrom("HOURBOOK_FUZZ_RUNS", 0) * NumberFrom("HOURBOOK_EFFORT", 1);
  for (const Bytes& input : inputs) Run(input);
  std::mt19937 random(static_cast<uint32_t>(seed));
  for (unsigned long i = 0; i < runs; ++i) Run(Mutate(inputs[random() % inputs.size()], random));
  std::printf("%zu inputs and %lu mutations: no failure\n", inputs.size(), runs);
  std::printf("torture: %s executions=%zu\n", std::filesystem::path(argv[0]).filename().c_str(),
              inputs.size() + size_t{runs});
  return 0;
}

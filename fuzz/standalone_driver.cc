// Runs a fuzz target without libFuzzer: on each file named, or in the folders named. Then, where
// HOURBOOK_FUZZ_RUNS says so, on so many mutations of them, the same ones every time.
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
    for (const auto& entry : std::filesystem::directory_iterator(argv[i])) {
      inputs.push_back(ReadInput(entry.path()));
    }
  }
  return inputs;
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
  for (const Bytes& input : inputs) LLVMFuzzerTestOneInput(input.data(), input.size());
  const char* const given = std::getenv("HOURBOOK_FUZZ_RUNS");
  const unsigned long runs = given == nullptr ? 0 : std::strtoul(given, nullptr, 10);
  std::mt19937 random(1);
  for (unsigned long i = 0; i < runs; ++i) {
    const Bytes input = Mutate(inputs[random() % inputs.size()], random);
    LLVMFuzzerTestOneInput(input.data(), input.size());
  }
  std::printf("%zu inputs and %lu mutations: no failure\n", inputs.size(), runs);
  return 0;
}

#include "api/handle.h"

#include <pthread.h>

#include <new>

namespace hourbook {
namespace {

std::atomic<uint32_t> generation{0};

void CountFork() { generation.fetch_add(1, std::memory_order_relaxed); }

}  // namespace

uint32_t ForkGeneration() {
  static const bool registered = [] {
    if (::pthread_atfork(nullptr, nullptr, CountFork) != 0) throw std::bad_alloc();  // asked again next time
    return true;
  }();
  static_cast<void>(registered);
  return generation.load(std::memory_order_relaxed);
}

}  // namespace hourbook

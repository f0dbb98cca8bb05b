#include "bench/peers/report.h"

#include <sys/utsname.h>

#include <algorithm>
#include <cstdio>
#include <fstream>
#include <thread>

#include "bench/latencies.h"
#include "bench/peers/peer.h"

namespace hourbook::bench {
namespace {

double MedianOf(std::vector<double> values) {
  if (values.empty()) return 0;
  std::sort(values.begin(), values.end());
  const size_t half = values.size() / 2;
  return values.size() % 2 == 1 ? values[half] : (values[half - 1] + values[half]) / 2;
}

std::string ProcessorName() {
  std::ifstream info("/proc/cpuinfo");
  for (std::string line; std::getline(info, line);) {
    if (line.starts_with("model name")) return line.substr(line.find(':') + 2);
  }
  return "unknown processor";
}

std::string Ratio(const Measured& measured, const std::vector<std::string>& names,
                  const std::vector<Measured>& all, const char* other) {
  const auto found = std::find(names.begin(), names.end(), other);
  if (found == names.end()) return "-";
  char text[32];
  std::snprintf(text, sizeof(text), "%.3f",
                measured.RatioTo(all[static_cast<size_t>(found - names.begin())]));
  return text;
}

}  // namespace

double Measured::Median() const { return MedianOf(rates); }

double Measured::RatioTo(const Measured& other) const {
  std::vector<double> ratios;
  for (size_t i = 0; i < rates.size(); ++i) ratios.push_back(rates[i] / other.rates[i]);
  return MedianOf(ratios);
}

void PrintMachine(const std::string& file_system) {
  struct utsname system;
  if (::uname(&system) != 0) Fail("peers", "the system does not tell its name");
  std::printf("machine: %u x %s; %s %s; on %s\n", std::thread::hardware_concurrency(),
              ProcessorName().c_str(), system.sysname, system.release, file_system.c_str());
#ifdef NDEBUG
  std::printf("build: %s, optimized\n", __VERSION__);
#else
  std::printf("build: %s, NOT OPTIMIZED: the numbers say nothing\n", __VERSION__);
#endif
}

void PrintTable(size_t batch, const std::vector<std::string>& names, const std::vector<Measured>& measured) {
  std::printf("\nbatches of %zu: %zu rounds of %zu\n", batch, measured.front().rates.size(),
              measured.front().micros.size() / measured.front().rates.size());
  std::printf("%-10s %11s %11s %11s %10s %10s %10s %10s %11s\n", "peer", "entries/s", "to hourbook",
              "to raw_lmdb", "p50 us", "p99 us", "p999 us", "max us", "syncs/batch");
  for (size_t i = 0; i < names.size(); ++i) {
    const Latencies latencies(measured[i].micros);
    std::printf("%-10s %11.0f %11s %11s %10.0f %10.0f %10.0f %10.0f %11.2f\n", names[i].c_str(),
                measured[i].Median(), Ratio(measured[i], names, measured, "hourbook").c_str(),
                Ratio(measured[i], names, measured, "raw_lmdb").c_str(), latencies.At(0.5),
                latencies.At(0.99), latencies.At(0.999), latencies.Max(),
                static_cast<double>(measured[i].syncs) / static_cast<double>(measured[i].micros.size()));
  }
}

}  // namespace hourbook::bench

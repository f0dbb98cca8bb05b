#!/usr/bin/env bash
# Builds the fuzz targets, all where none is named, as OSS-Fuzz and its like ask for them: with the compilers
# and flags that the environment names, driven by the engine that it names, into $OUT, each with the inputs
# to begin with (NAME_seed_corpus.zip) and, for texts, a dictionary (NAME.dict). Without an engine the targets
# are driven by fuzz/standalone_driver.cc, which replays files.
#   CC=clang-14 CXX=clang++-14 CFLAGS='-O1 -fsanitize=address,fuzzer-no-link' CXXFLAGS=$CFLAGS \
#     LIB_FUZZING_ENGINE=-fsanitize=fuzzer OUT=/tmp/out fuzz/build.sh
# usage: fuzz/build.sh [TARGET...], with CC, CXX, CFLAGS, CXXFLAGS, LIB_FUZZING_ENGINE, WORK and OUT in the
# environment
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

: "${OUT:?say in OUT where the targets are to go}"
out=$(mkdir -p "$OUT" && cd "$OUT" && pwd)
work=${WORK:-$PWD/build}/oss-fuzz

# The compilers and flags come from the environment, anew: a build before this one may have had others. No
# build type: its flags would follow theirs. Not hardened: what checks itself hides from a sanitizer what it
# would see. The targets find the library beside them.
cmake --fresh -S . -B "$work" -G Ninja -DCMAKE_BUILD_TYPE= "-DCMAKE_BUILD_RPATH=\$ORIGIN" \
  -DHOURBOOK_HARDEN=OFF -DHOURBOOK_BUILD_TESTS=OFF -DHOURBOOK_BUILD_BENCH=OFF \
  "-DHOURBOOK_FUZZING_ENGINE=${LIB_FUZZING_ENGINE-}"
cmake --build "$work" --target "${@:-fuzz_targets}" ${JOBS:+-j "$JOBS"}

shopt -s nullglob
for library in "$work"/api/libhourbook.so*; do cp -P "$library" "$out"; done  # not every target takes it
while read -r target corpus; do
  [[ $# == 0 || " $* " == *" $target "* ]] || continue
  cp "$work/fuzz/$target" "$out"
  (cd "fuzz/corpus/$corpus" && python3 -m zipfile -c "$out/${target}_seed_corpus.zip" ./*)
  dictionary=fuzz/dictionaries/$corpus.dict
  if [[ -f $dictionary ]]; then cp "$dictionary" "$out/$target.dict"; fi
done <"$work/fuzz/targets"

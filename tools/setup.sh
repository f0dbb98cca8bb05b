# Sourced by tools/demo and tools/check: what a fresh Debian 12 lacks is installed, and a preset is built.
# shellcheck shell=bash

packages=(g++ cmake ninja-build pkg-config python3
          liblmdb-dev libabsl-dev libxxhash-dev libssl-dev libgtest-dev libbenchmark-dev
          libcli11-dev nlohmann-json3-dev libtomlplusplus-dev libcsv-dev libcpp-httplib-dev tzdata
          openssl golang-go golang-golang-x-mod-dev valgrind)

step() { printf '== %s\n' "$*"; }

# fail WHAT WHAT-TO-DO
fail() {
  printf '%s: %s\n  %s\n' "${0##*/}" "$1" "$2" >&2
  exit 1
}

require_debian_12() {
  local id='' version=''
  [[ -r /etc/os-release ]] && read -r id version < <(. /etc/os-release; echo "$ID ${VERSION_ID:-}")
  [[ $id == debian && $version == 12 ]] ||
    fail "this is ${id:-an unknown system} $version, not Debian 12" \
         'Run it in a Debian 12 machine or container, or build by hand with cmake --preset release.'
}

missing_packages() {
  local package
  for package in "${packages[@]}"; do
    [[ $(dpkg-query -W -f='${Status}' "$package" 2>/dev/null) == 'install ok installed' ]] ||
      echo "$package"
  done
}

# logged LOG WHAT WHAT-TO-DO COMMAND...: quiet unless the command fails.
logged() {
  local log=$1 what=$2 advice=$3
  shift 3
  "$@" >>"$log" 2>&1 || { tail -n 20 "$log" >&2; fail "$what (all of it in $log)" "$advice"; }
}

install_missing() {
  local missing log=build/setup.log
  mapfile -t missing < <(missing_packages)
  ((${#missing[@]})) || return 0
  ((EUID == 0)) || fail "these packages are missing: ${missing[*]}" \
                        'Run it again as root, or install them with apt-get.'
  step "Installing ${missing[*]}"
  : >"$log"
  export DEBIAN_FRONTEND=noninteractive
  logged "$log" 'apt-get update failed' 'Is there a network, and do the apt sources answer?' \
    apt-get update -q
  logged "$log" 'apt-get install failed' 'Is there a network, and room on the disk?' \
    apt-get install -y -q --no-install-recommends "${missing[@]}"
}

set_up() {
  require_debian_12
  mkdir -p build
  install_missing
}

# configure_and_build PRESET [TARGET...]: all targets where none is given.
configure_and_build() {
  local preset=$1 log=build/$1.log
  shift
  step "Building ($preset)"
  : >"$log"
  logged "$log" "configuring $preset failed" 'The last lines above say why.' \
    cmake --preset "$preset"
  logged "$log" "building $preset failed" 'The first error in the log is the one to look at.' \
    cmake --build --preset "$preset" ${1:+--target "$@"}
}

# Sourced by bench/peers/run: a PostgreSQL 15 server of its own, under a temporary directory, reached by a
# Unix socket in it alone. Nothing of the system is touched: where PostgreSQL is not installed, Debian's
# package is unpacked below that directory, so no cluster, user or service comes into being.
# shellcheck shell=bash

server_programs=   # the folder of initdb and postgres
server_user=()     # what runs a command as somebody whom PostgreSQL accepts: not root
server_data=
server_pid=

# server_find WORK: server_programs and server_user are set. 1 where there is no PostgreSQL to be had.
server_find() {
  local work=$1
  ((EUID == 0)) && server_user=(setpriv --reuid=nobody --regid=nogroup --clear-groups)
  server_programs=/usr/lib/postgresql/15/bin
  [[ -x $server_programs/postgres && -x $server_programs/initdb ]] && return 0
  unpack_postgresql "$work" || return 1
  server_programs=$work/unpacked/usr/lib/postgresql/15/bin
}

# Keeps the package under build/, for the next time.
unpack_postgresql() {
  local work=$1 kept=build/postgresql
  mkdir -p "$kept"
  if ! compgen -G "$kept/postgresql-15_*.deb" >/dev/null; then
    (cd "$kept" && { apt-get -q download postgresql-15 ||
      { apt-get -q update && apt-get -q download postgresql-15; }; }) >>build/setup.log 2>&1 || return 1
  fi
  mkdir "$work/unpacked"
  dpkg-deb --extract "$kept"/postgresql-15_*.deb "$work/unpacked"
}

# server_start WORK MEMORY_MB [TRACER...]: under the tracer, where one is given. Sets server_pid. On a
# directory of its own, so that whoever traces it sees whose files are synced.
server_start() {
  local work=$1 memory=$2
  shift 2
  server_data=$work/postgres
  mkdir "$server_data" "$work/socket"
  ((EUID == 0)) && chown nobody:nogroup "$server_data" "$work/socket"
  "${server_user[@]}" "$server_programs/initdb" --pgdata="$server_data" --username=hourbook --auth=trust \
    --encoding=UTF8 --locale=C --no-sync >"$work/initdb.log" 2>&1 ||
    { cat "$work/initdb.log" >&2; return 1; }
  server_configure "$work" "$memory"
  "${server_user[@]}" "$@" "$server_programs/postgres" -D "$server_data" >"$work/server.log" 2>&1 &
  server_pid=$!
  server_await "$work"
}

# What bears on durability is as PostgreSQL comes, and said all the same. Memory and log are large enough
# that nothing is written back to tables in the middle of a round, which is what its users aim for.
server_configure() {
  local work=$1 memory=$2
  cat >>"$server_data/postgresql.conf" <<CONF
listen_addresses = ''
unix_socket_directories = '$work/socket'
fsync = on
synchronous_commit = on
full_page_writes = on
wal_sync_method = fdatasync
shared_buffers = ${memory}MB
huge_pages = try
max_wal_size = 16GB
min_wal_size = 8GB
checkpoint_timeout = 1h
wal_buffers = 64MB
work_mem = 64MB
maintenance_work_mem = 256MB
jit = off
autovacuum = off
max_connections = 10
CONF
}

server_await() {
  local work=$1
  for _ in {1..300}; do
    [[ $(sed -n 8p "$server_data/postmaster.pid" 2>/dev/null) == ready* ]] && return 0
    kill -0 "$server_pid" 2>/dev/null || break
    sleep 0.1
  done
  cat "$work/server.log" >&2
  return 1
}

# At once: what it holds is removed anyway.
server_stop() {
  [[ -n $server_pid ]] || return 0
  local postmaster
  postmaster=$(head -n 1 "$server_data/postmaster.pid" 2>/dev/null || true)
  [[ -n $postmaster ]] && kill -QUIT "$postmaster" 2>/dev/null
  wait "$server_pid" 2>/dev/null || true
  server_pid=
}

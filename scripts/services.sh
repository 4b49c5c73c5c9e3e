#!/usr/bin/env bash
# Runs a command with a MariaDB and a Redis of its own: services.sh COMMAND… They listen on free loopback ports, keep their
# data in a temporary folder and are gone with the command. It finds them by SIGNALBOX_TEST_MYSQL_URL (a user who may create
# databases) and SIGNALBOX_TEST_REDIS_URL.
set -euo pipefail
PATH=$PATH:/usr/sbin:/sbin

folder=$(mktemp -d "${TMPDIR:-/tmp}/signalbox-services.XXXXXX")
user=$(id -un)
as_user=()
if [ "$user" = root ]; then
  # Neither server should run as root, and MariaDB refuses to.
  user=$(id -un mysql 2>/dev/null || echo nobody)
  as_user=(setpriv --reuid "$user" --regid "$(id -g "$user")" --clear-groups)
fi
chown "$user" "$folder"

pids=()
stop() {
  [ ${#pids[@]} = 0 ] || kill "${pids[@]}" 2>/dev/null || :
  wait "${pids[@]}" 2>/dev/null || :
  rm -rf "$folder"
}
trap stop EXIT
trap 'exit 130' INT TERM

free_port() {
  python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'
}

# start NAME COMMAND…: in the background, in a process group that a Ctrl-C of the terminal does not reach before `stop`.
start() {
  local name=$1
  shift
  setsid "${as_user[@]}" "$@" >"$folder/$name.log" 2>&1 </dev/null &
  pids+=($!)
}

# await NAME COMMAND…: until the command succeeds, or the last lines of what NAME said.
await() {
  local name=$1
  shift
  for _ in $(seq 150); do
    ! "$@" >/dev/null 2>&1 || return 0
    sleep 0.2
  done
  echo "signalbox: $name did not start:" >&2
  tail -n 20 "$folder/$name.log" >&2
  exit 1
}

redis_port=$(free_port)
start redis redis-server --port "$redis_port" --bind 127.0.0.1 --save '' --appendonly no --dir "$folder"

mysql_port=$(free_port)
"${as_user[@]}" mariadb-install-db --no-defaults --datadir="$folder/mysql" --auth-root-authentication-method=normal \
  --skip-test-db >"$folder/mariadb.log" 2>&1 || { cat "$folder/mariadb.log" >&2; exit 1; }
# Durability is what SQLite's tests show; here only speed counts.
start mariadb mariadbd --no-defaults --datadir="$folder/mysql" --socket="$folder/mysql.sock" --pid-file="$folder/mysql.pid" \
  --bind-address=127.0.0.1 --port="$mysql_port" --skip-name-resolve --max-connections=500 --innodb-flush-log-at-trx-commit=0 \
  --innodb-doublewrite=0 --innodb-buffer-pool-size=64M
sql() {
  mariadb --no-defaults --socket="$folder/mysql.sock" --user=root --execute="$1"
}
await mariadb sql 'SELECT 1'
sql "CREATE USER signalbox@'127.0.0.1' IDENTIFIED BY 'signalbox'; GRANT ALL ON *.* TO signalbox@'127.0.0.1'"
await redis redis-cli -p "$redis_port" ping

export SIGNALBOX_TEST_MYSQL_URL=mysql://signalbox:signalbox@127.0.0.1:$mysql_port
export SIGNALBOX_TEST_REDIS_URL=redis://127.0.0.1:$redis_port
"$@"

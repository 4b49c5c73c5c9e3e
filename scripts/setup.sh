#!/bin/sh
# Makes a Debian machine ready: setup.sh run (to start the hub) or setup.sh test (for all tests as well). Installs the packages
# whose programs are missing, checks the Rust toolchain and sees that a Docker engine answers. Changes nothing that is there.
set -eu
cd "$(dirname "$0")/.."
purpose=${1:-test}

die() {
  printf 'signalbox: %s\n' "$*" >&2
  exit 1
}

as_root() {
  if [ "$(id -u)" = 0 ]; then
    "$@"
  elif command -v sudo >/dev/null; then
    sudo "$@"
  else
    die "this needs root, and sudo is not here: $*"
  fi
}

# Lines of "program package…": the packages are wanted when the program is missing.
wanted_programs() {
  cat <<LIST
docker docker.io
dockerd docker.io
iptables iptables
git git
ssh openssh-client
cc build-essential
mmdebstrap mmdebstrap
pip3 python3-pip
LIST
  [ "$purpose" = run ] || cat <<LIST
mariadbd mariadb-server-core mariadb-client-core
mariadb mariadb-client-core
redis-server redis-server
node nodejs
npm npm
shellcheck shellcheck
chromium chromium
chromedriver chromium-driver
LIST
}

# shellcheck disable=SC2086 # $missing is a list of words
install_missing() {
  missing=$(wanted_programs | while read -r program packages; do
    PATH=$PATH:/usr/sbin:/sbin command -v "$program" >/dev/null || echo "$packages"
  done | tr " " "\n" | sort -u)
  [ -n "$missing" ] || return 0
  command -v apt-get >/dev/null ||
    die "install these yourself, this machine has no apt-get (names as in Debian 12):" $missing
  echo Installing $missing …
  as_root apt-get update -qq
  as_root env DEBIAN_FRONTEND=noninteractive DEBCONF_NOWARNINGS=yes apt-get install -y -qq --no-install-recommends $missing >/dev/null
}

check_rust() {
  wanted=$(sed -n 's/^rust-version = "\(.*\)"/\1/p' Cargo.toml)
  command -v cargo >/dev/null || die "Rust $wanted or later is needed and cargo is not here: install it by rustup (https://rustup.rs)"
  found=$(rustc --version | cut -d ' ' -f 2)
  [ "$(printf '%s\n' "$wanted" "$found" | sort -V | head -n 1)" = "$wanted" ] ||
    die "Rust $wanted or later is needed; this is $found: run \`rustup update stable\`"
}

engine_answers() {
  docker version >/dev/null 2>&1
}

start_docker() {
  engine_answers && return
  [ -z "${DOCKER_HOST:-}" ] || die "no Docker engine answers at DOCKER_HOST=$DOCKER_HOST"
  if as_root docker version >/dev/null 2>&1; then
    die "the Docker engine does not let $(id -un) in: \`sudo usermod -aG docker $(id -un)\`, then sign in again"
  fi
  log=/var/log/dockerd.log
  echo "Starting the Docker engine …"
  if [ -d /run/systemd/system ]; then
    as_root systemctl start docker
    log="\`journalctl -u docker\`"
  else
    as_root sh -c "PATH=\$PATH:/usr/sbin:/sbin setsid dockerd --pidfile /run/docker.pid >>$log 2>&1 </dev/null &"
  fi
  for _ in $(seq 60); do
    ! engine_answers || return 0
    sleep 0.5
  done
  die "the Docker engine did not start: see $log"
}

install_missing
check_rust
start_docker
[ "$purpose" = run ] || {
  scripts/tools.sh
  scripts/npm.sh
}

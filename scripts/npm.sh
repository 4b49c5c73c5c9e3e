#!/bin/sh
# Installs GitHub's own examples of webhooks, and Octokit, which signs them, into the cache: tests ask with them whether what
# GitHub sends is understood. The versions are those of tests/stories/github/octokit/package-lock.json, whose checksums npm
# verifies. Nothing is asked of the network when they are there already.
set -eu
cd "$(dirname "$0")/.."
wanted=tests/stories/github/octokit
octokit=${BUILD_CACHE:-.cache}/octokit

cmp -s "$wanted/package-lock.json" "$octokit/installed" && exit
echo "Installing GitHub's examples of webhooks into $octokit …"
rm -rf "$octokit"
mkdir -p "$octokit"
cp "$wanted/package.json" "$wanted/package-lock.json" "$octokit"
npm ci --prefix "$octokit" --ignore-scripts --no-audit --no-fund --silent
cp "$wanted/package-lock.json" "$octokit/installed"

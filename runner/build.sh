#!/bin/sh
# Builds the sandbox image `signalbox-runner` where it is missing or out of date. On top of Debian's image where a registry
# answers, else of a base made from Debian's packages. The Claude CLI is fetched here, not in the build, at the version in
# `claude-version`: it is proprietary, so the image is for this machine and must not be published.
#
#   RUNNER_IMAGE  the image's name
#   BASE_IMAGE    build on this image (Debian 12 or later) and ask no registry for one
#   BUILD_CACHE   where the fetched CLI is kept
set -eu
cd "$(dirname "$0")/.."
image=${RUNNER_IMAGE:-signalbox-runner}
cache=${BUILD_CACHE:-.cache}/runner
version=$(cat runner/claude-version)
source=$(cat runner/Dockerfile runner/enter runner/collect runner/packages runner/claude-version | sha256sum | cut -c 1-16)

if [ "$(docker image inspect -f '{{index .Config.Labels "signalbox.source"}}' "$image" 2>/dev/null)" = "$source" ]; then
  exit
fi

runner/fetch-claude.sh "$version" "$cache/claude"
rm -rf "$cache/context"
mkdir -p "$cache/context"
cp runner/packages "$cache/context"
install -m 0755 runner/enter runner/collect "$cache/context"
ln "$cache/claude/$version/claude" "$cache/context/claude"

# shellcheck disable=SC2046 # a list of words
base=$(scripts/base-image.sh $(cat runner/packages))
echo "Building the sandbox image $image on $base with the Claude CLI $version …"
scripts/docker-build.sh "$base" -t "$image" -f runner/Dockerfile --build-arg "CLI_VERSION=$version" --build-arg "SOURCE=$source" \
  "$cache/context"
rm -rf "$cache/context"
# What the name stood for before.
docker image prune --force --filter label=signalbox.runner >/dev/null

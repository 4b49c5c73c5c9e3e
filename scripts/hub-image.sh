#!/bin/sh
# Builds the hub's own image from a release binary: hub-image.sh BINARY. HUB_IMAGE names it, `signalbox` else.
set -eu
cd "$(dirname "$0")/.."
mkdir -p .cache/hub
install -m 0755 "$1" .cache/hub/signalbox
base=$(scripts/base-image.sh ca-certificates git openssh-client)
image=${HUB_IMAGE:-signalbox}
echo "Building the hub's image $image on $base …"
scripts/docker-build.sh "$base" -t "$image" .

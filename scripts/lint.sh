#!/bin/sh
# Everything that is checked without running Signalbox.
set -eu
cd "$(dirname "$0")/.."

scripts/step.sh format cargo fmt --all --check
scripts/step.sh 'shell scripts' shellcheck --severity=warning runner/enter runner/collect runner/*.sh scripts/*.sh .ci/run
scripts/step.sh layers scripts/check-layers.sh
scripts/step.sh 'security, point by point' scripts/check-security.sh
scripts/step.sh 'unused dependencies' cargo shear --locked
# Not `advisories`: their database is fetched from outside the package registries. `cargo deny check` does it where that is open.
scripts/step.sh 'licences, bans and sources' cargo deny --locked check --hide-inclusion-graph licenses bans sources
scripts/step.sh clippy cargo clippy --locked --quiet --workspace --all-targets -- -D warnings

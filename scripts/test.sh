#!/bin/sh
# All checks and all tests; what `make test` does once the machine and the sandbox image are ready. Green is a line a step and
# the test runner's summary at the end; red stops there and shows what the step said.
set -eu
cd "$(dirname "$0")/.."
# What a failed test says and where is enough here; `RUST_BACKTRACE=1 cargo nextest run NAME` shows the way there.
export RUST_BACKTRACE=0

scripts/lint.sh
scripts/step.sh 'tests build' cargo test --locked --quiet --workspace --no-run
scripts/step.sh 'examples in the documentation' cargo test --locked --quiet --workspace --doc
exec scripts/services.sh cargo nextest run --locked --workspace --no-fail-fast --cargo-quiet --status-level fail \
  --final-status-level fail

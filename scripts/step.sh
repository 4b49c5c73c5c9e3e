#!/bin/sh
# Runs one step of the checks in a line: step.sh NAME COMMAND… What the command says is shown only when it fails.
set -u
name=$1
shift
log=$(mktemp)
trap 'rm -f "$log"' EXIT
began=$(date +%s)
printf '%s … ' "$name"
if "$@" >"$log" 2>&1; then
  echo "ok ($(($(date +%s) - began)) s)"
else
  status=$?
  printf 'FAILED\n\n'
  cat "$log"
  printf '\nThe step "%s" failed: %s\n' "$name" "$*"
  exit $status
fi

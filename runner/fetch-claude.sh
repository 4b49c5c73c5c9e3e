#!/bin/sh
# Fetches the Claude CLI: fetch-claude.sh VERSION FOLDER leaves FOLDER/VERSION/claude, mode 0711. From its npm package
# (whose checksum npm verifies), else from the Python package that carries the same program.
set -eu
version=$1
folder=$2/$1
python_package=claude-agent-sdk==0.2.187

case $(uname -m) in
  x86_64) platform=linux-x64 ;;
  aarch64) platform=linux-arm64 ;;
  *) echo "The Claude CLI is not made for $(uname -m)." >&2; exit 1 ;;
esac

from_npm() {
  command -v npm >/dev/null || return 1
  (cd "$work" && npm pack --silent "@anthropic-ai/claude-code-$platform@$version" >/dev/null && tar -xzf ./*.tgz package/claude &&
    mv package/claude claude)
}

from_python() {
  command -v pip3 >/dev/null || return 1
  (cd "$work" && pip3 download --quiet --no-deps --only-binary=:all: "$python_package" >/dev/null &&
    python3 -m zipfile -e ./*.whl wheel && mv wheel/claude_agent_sdk/_bundled/claude claude)
}

[ ! -f "$folder/claude" ] || exit 0
echo "Fetching the Claude CLI $version …"
mkdir -p "$2"
work=$(mktemp -d "$2/XXXXXX")
trap 'rm -rf "$work"' EXIT
from_npm || from_python || {
  echo "The Claude CLI could not be fetched: neither npm (@anthropic-ai/claude-code-$platform) nor pip ($python_package) gave it." >&2
  exit 1
}
chmod 0755 "$work/claude"
found=$(env -i HOME="$work" "$work/claude" --version)
[ "${found%% *}" = "$version" ] || { echo "The Claude CLI that was fetched says it is $found, not $version." >&2; exit 1; }
chmod 0711 "$work/claude"
mkdir -p "$folder"
mv "$work/claude" "$folder/claude"

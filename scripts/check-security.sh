#!/bin/sh
# Checks docs/security.md: each point of OWASP ASVS 5.0.0, levels 1 and 2, stands there once; each test and each file that it names
# is there; each row shows something, does not apply or is missing; and what is missing is in the list at the end. Each breach is
# a line; the exit status is 1 when there is one.
set -eu
export LC_ALL=C
cd "$(dirname "$0")/.."
page=docs/security.md
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# Each section with how many points of it, from the first on, are of level 1 or 2.
sections='1.1:2 1.2:9 1.3:11 1.4:3 1.5:2 2.1:3 2.2:3 2.3:4 2.4:1 3.2:2 3.3:4 3.4:6 3.5:5 3.7:2 4.1:3 4.2:1 4.3:2 4.4:4 5.1:1 5.2:3
  5.3:2 5.4:3 6.1:3 6.2:12 6.3:4 6.4:4 6.5:5 6.6:3 6.8:4 7.1:3 7.2:4 7.3:2 7.4:5 7.5:2 7.6:2 8.1:2 8.2:3 8.3:1 8.4:1 9.1:3 9.2:4
  10.1:2 10.2:2 10.3:4 10.4:11 10.5:5 10.6:2 10.7:3 11.1:2 11.2:3 11.3:3 11.4:4 11.5:1 11.6:1 12.1:3 12.2:2 12.3:4 13.1:1 13.2:5
  13.3:2 13.4:5 14.1:2 14.2:4 14.3:3 15.1:3 15.2:3 15.3:7 16.1:1 16.2:5 16.3:4 16.4:3 16.5:3 17.1:1 17.2:4 17.3:2'

# The points in the first column of rows, one a line.
points() {
  cut -d '|' -f 2 | tr -s ', ' '\n' | sed '/^$/d' | sort
}

# breaches FILE WORDS: says the words before each line of the file.
breaches() {
  sed "s/^/security: $2 /" "$1"
}

grep -E '^\| [0-9]+\.[0-9]+\.[0-9]+' "$page" >"$work/rows"
points <"$work/rows" >"$work/points"
for section in $sections; do
  seq -f "${section%:*}.%.0f" "${section#*:}"
done | sort >"$work/expected"

# The last column: what has a slash, a dot or a capital in its name is a file, all else a test.
# shellcheck disable=SC2016 # backticks are what is looked for
awk -F '|' '{ print $(NF - 1) }' "$work/rows" | grep -o '`[^`]*`' | tr -d '`' | sort -u >"$work/named"
grep -v '[/.A-Z]' "$work/named" | sed 's/.*:://' | sort -u >"$work/tests"
grep -rhoE --include='*.rs' 'fn [a-z0-9_]+' bots engine hooks src testkit tests web | cut -d ' ' -f 2 | sort -u >"$work/functions"

{
  uniq -d "$work/points" >"$work/twice"
  breaches "$work/twice" 'a point stands there twice:'
  comm -13 "$work/points" "$work/expected" >"$work/absent"
  breaches "$work/absent" 'a point is not there:'
  comm -23 "$work/points" "$work/expected" | uniq >"$work/strange"
  breaches "$work/strange" 'there is no such point of level 1 or 2:'

  comm -23 "$work/tests" "$work/functions" >"$work/untested"
  breaches "$work/untested" 'there is no test'
  grep '[/.A-Z]' "$work/named" | while read -r file; do [ -e "$file" ] || echo "$file"; done >"$work/nowhere"
  breaches "$work/nowhere" 'there is no file'

  awk -F '|' '$5 ~ /^ *$/ && $4 !~ /does not apply:|\*\*missing\*\*/' "$work/rows" | points >"$work/bare"
  breaches "$work/bare" 'nothing shows point'
  sed '1,/^## What is missing/d' "$page" | tr -s '(), ' '\n' | sort -u >"$work/listed"
  grep -F '**missing**' "$work/rows" | points | comm -23 - "$work/listed" >"$work/unlisted"
  breaches "$work/unlisted" 'not in the list of what is missing:'
} >"$work/breaches"

cat "$work/breaches" >&2
[ ! -s "$work/breaches" ]

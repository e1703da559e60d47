#!/bin/sh
# The merge driver merges the JSONL file of another program, record by record and field by field.
# Two branches change different fields of one line; git alone would leave a conflict.
# The driver needs no database. Run it with: sh examples/merge-driver.sh
set -eu

command="$(cd "$(dirname "$0")/.." && pwd)/dist/bin/sc-sync.cjs"
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
export GIT_AUTHOR_NAME=ann GIT_AUTHOR_EMAIL=ann@example.org
export GIT_COMMITTER_NAME=ann GIT_COMMITTER_EMAIL=ann@example.org

git init --quiet --initial-branch=main
node "$command" init --driver-only --key id '*.jsonl'
echo '{"id":"b1","title":"A draft","state":"open","updated_at":"2026-01-01T00:00:00Z"}' >bugs.jsonl
git add --all
git commit --quiet -m 'the first bug'

git switch --quiet --create title
echo '{"id":"b1","title":"A title","state":"open","updated_at":"2026-01-02T00:00:00Z"}' >bugs.jsonl
git commit --quiet --all -m 'a better title'

git switch --quiet main
echo '{"id":"b1","title":"A draft","state":"closed","updated_at":"2026-01-03T00:00:00Z"}' >bugs.jsonl
git commit --quiet --all -m 'closed'

git merge --quiet -m 'both' title
cat bugs.jsonl

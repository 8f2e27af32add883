#!/usr/bin/env bash
# The README's first command, as a newcomer types it, but for the ports and the folder of the database.
set -euo pipefail
cd "$(dirname "$0")/.."

folder=$(mktemp -d)
export HBNB_BIND=127.0.0.1:0 HBNB_ADMIN_BIND=127.0.0.1:0 HBNB_DATABASE_URL="sqlite:$folder/hbnb.db"
setsid make run >"$folder/out" 2>&1 &
group=$!
trap 'kill -- -$group 2>/dev/null || true; wait $group 2>/dev/null || true; rm -rf "$folder"' EXIT

address=
for _ in $(seq 9000); do
    address=$(sed -nE 's/^Open ([^ ]+) in a browser/\1/p' "$folder/out")
    [ -n "$address" ] && break
    kill -0 $group 2>/dev/null || break
    sleep 0.1
done
cat "$folder/out"
[ -n "$address" ] || { echo "make run did not come to listen" >&2; exit 1; }
answer=$(curl -fsS --retry 5 --retry-connrefused "${address}hbnb")
echo "${address}hbnb: ${answer:0:200}…"
grep -q '<article' <<<"$answer"

#!/bin/sh
# Puts new images (HBNB_TAG) behind the edge that runs: as many new containers as there are old ones, then the old ones go,
# one after another, each at the end of what it is answering. Plain `docker compose up -d` stops the old ones first.
#
# None starts after the first has gone: it could be given the address of the other, while the edge does not know yet whose it is.
set -eu

# Long enough for a start on a busy machine.
wait=${HBNB_ROLL_WAIT:-120}
services="api web assets"

say() { echo "roll: $*"; }
running() { docker compose ps --quiet "$@"; }
count() { running "$1" | grep -c . || true; }

for service in $services; do
    if [ "$(count "$service")" = 0 ]; then
        say "$service does not run: docker compose up -d starts it" >&2
        exit 1
    fi
done
# shellcheck disable=SC2086 # a list
old=$(running $services)

# The new ones are taken back, whatever went wrong with one of them.
give_up() {
    say "$1 The old ones stay" >&2
    # shellcheck disable=SC2086 # a list
    for container in $(docker compose ps --all --quiet $services); do
        echo "$old" | grep -qx "$container" || docker rm --force "$container" >/dev/null
    done
    exit 1
}

# A task first: what the new programs expect of the database is there before they are. The old ones work on it.
say "the schema"
docker compose run --rm --no-deps -T migrate

for service in $services; do
    count=$(count "$service")
    say "$service: $count new beside $count old"
    docker compose up --detach --no-deps --no-recreate --no-build --wait --wait-timeout "$wait" \
        --scale "$service=$((2 * count))" "$service" || give_up "the new $service is not healthy."
done
for container in $old; do
    service=$(docker inspect --format '{{ index .Config.Labels "com.docker.compose.service" }}' "$container")
    docker stop "$container" >/dev/null
    docker rm "$container" >/dev/null
    say "$service: $(count "$service") left"
done
say "done"

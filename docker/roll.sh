#!/bin/sh
# Puts new images (HBNB_TAG) behind the edge that runs: as many new containers as there are old ones, then the old ones go,
# one after another, each at the end of what it is answering. Plain `docker compose up -d` stops the old ones first.
set -eu

# Long enough for a start on a busy machine; then the old containers are still there, and go on.
wait=${HBNB_ROLL_WAIT:-120}

say() { echo "roll: $*"; }

# A task first: what the new programs expect of the database is there before they are. The old ones work on it.
say "the schema"
docker compose run --rm --no-deps -T migrate

for service in api web assets; do
    old=$(docker compose ps --quiet "$service")
    count=$(echo "$old" | grep -c . || true)
    if [ "$count" = 0 ]; then
        say "$service does not run: docker compose up -d starts it" >&2
        exit 1
    fi
    say "$service: $count new beside $count old"
    if ! docker compose up --detach --no-deps --no-recreate --no-build --wait --wait-timeout "$wait" \
        --scale "$service=$((2 * count))" "$service"; then
        say "$service: the new ones are not healthy, the old ones stay. Remove the new ones: docker compose up -d --no-deps --no-recreate --scale $service=$count $service" >&2
        exit 1
    fi
    for container in $old; do
        docker stop "$container" >/dev/null
        docker rm "$container" >/dev/null
        say "$service: $(docker compose ps --quiet "$service" | grep -c .) left"
    done
done
say "done"

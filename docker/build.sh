#!/bin/sh
# Compiles one program of the workspace for an image, into /out: `build hbnb-web`. Before that, `build --dependencies` puts
# empty sources beside the manifests and compiles what the programs depend on, which no source of ours has a part in, `build
# --kit` the room that all of them stand on, and `build --data` what those with a database have in common.
set -eu

case ${TARGETARCH:-$(uname -m)} in
amd64 | x86_64) target=x86_64-unknown-linux-gnu ;;
arm64 | aarch64) target=aarch64-unknown-linux-gnu ;;
*) echo "build: no programs for ${TARGETARCH:-$(uname -m)}: amd64 or arm64" >&2 && exit 2 ;;
esac

skeleton() {
    for room in services/* tests; do
        mkdir -p "$room/src" "$room/benches"
        touch "$room/src/lib.rs"
        echo 'fn main() {}' >"$room/src/main.rs"
        ! grep -q '^.build-dependencies' "$room/Cargo.toml" || echo 'fn main() {}' >"$room/build.rs"
        # A benchmark that a manifest names must be there.
        awk '/^\[\[bench\]\]/ { bench = 1 } bench && /^name/ { gsub(/"/, "", $3); print $3; bench = 0 }' "$room/Cargo.toml" |
            while read -r name; do echo 'fn main() {}' >"$room/benches/$name.rs"; done
    done
}

# One entry for many relocations: a static program that may lie anywhere has tens of thousands. Bitcode for rustc.sh.
export RUSTFLAGS="-C target-feature=+crt-static -C embed-bitcode=yes -C link-arg=-Wl,-z,pack-relative-relocs --remap-path-prefix=/src=hbnb --remap-path-prefix=/usr/local/cargo=cargo"
export RUSTC_WORKSPACE_WRAPPER=/usr/local/bin/rustc-of-rooms

# All programs are named each time, so that what they depend on always has the same features and is compiled once.
compile() {
    cargo build --profile image --locked --target "$target" \
        --package hbnb-api --package hbnb-assets --package hbnb-web --package hbnb "$@"
}

# A program optimised across crates is a fifth smaller and faster, and takes a minute more. The pages are what most people
# change, so they do without: their own room is optimised for speed, which is nearly as fast, and soon done.
program() {
    case $1 in
    hbnb-web)
        compile --bin "$1" --config 'profile.image.package.hbnb-web.opt-level=3' \
            --config 'profile.image.package.hbnb-web.strip="symbols"'
        ;;
    *) WHOLE=$(echo "$1" | tr - _) compile --bin "$1" ;;
    esac
}

# A source may be older than what was made of the skeleton.
newer() {
    find services -type f \( "$@" \) -exec touch {} +
}

case ${1:?usage: build PROGRAM, or build --dependencies, or build --kit, or build --data} in
--dependencies)
    skeleton
    compile --bins
    ;;
--kit)
    newer -path 'services/kit/*'
    compile --bins
    ;;
--data)
    newer -path 'services/domain/*' -o -path 'services/api/*'
    compile --lib
    ;;
*)
    newer ! -path 'services/kit/*' ! -path 'services/domain/*' ! -path 'services/api/*'
    program "$1"
    install -D -m 755 "$CARGO_TARGET_DIR/$target/image/$1" "/out/$1"
    ;;
esac

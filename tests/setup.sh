#!/usr/bin/env bash
# Installs what `make check`, `make test`, `make containers` and `make bench` need and is not there yet. Needs root for Debian's
# packages; without root, or on another system, it says what is missing.
set -euo pipefail

missing=()
has() { command -v "$1" >/dev/null 2>&1; }

has cc || missing+=(build-essential)
has curl || missing+=(curl)
has shellcheck || missing+=(shellcheck)
has sqlite3 || missing+=(sqlite3)
has systemd-analyze || missing+=(systemd)
has nginx || [ -x /usr/sbin/nginx ] || missing+=(nginx)
ls /usr/lib/postgresql/*/bin/postgres >/dev/null 2>&1 || has postgres || missing+=(postgresql)
python3 -c 'import ensurepip, venv' 2>/dev/null || missing+=(python3-venv)
has chromium || missing+=(chromium)
has chromedriver || missing+=(chromium-driver)
has npm || missing+=(nodejs npm)
# For the Nu Html Checker; it asks for Java 17.
has java || missing+=(default-jre-headless)
# Without a font like Helvetica pages are laid out as nobody sees them.
[ -n "$(fc-list 'Liberation Sans' 2>/dev/null)" ] || missing+=(fontconfig fonts-liberation)

if [ ${#missing[@]} -gt 0 ]; then
    if [ "$(id -u)" = 0 ] && has apt-get; then
        echo "Installing: ${missing[*]}"
        export DEBIAN_FRONTEND=noninteractive
        apt-get update -qq
        apt-get install -qq -y --no-install-recommends "${missing[@]}" >/dev/null
    else
        echo "Please install (Debian's names): ${missing[*]}" >&2
        exit 1
    fi
fi

if ! has cargo; then
    echo "Please install Rust 1.95 or later: https://rustup.rs" >&2
    exit 1
fi
cargo fmt --version >/dev/null 2>&1 || rustup component add rustfmt
cargo clippy --version >/dev/null 2>&1 || rustup component add clippy
cargo deny --version >/dev/null 2>&1 || cargo install --locked cargo-deny

# Kept outside the clone, and made anew when what they should hold has changed.
cache="${XDG_CACHE_HOME:-$HOME/.cache}/hbnb-tests"
here="$(dirname "$0")"
for name in schemathesis linters gunicorn; do
    tools="$cache/$name"
    wanted="$here/$name.txt"
    if ! cmp -s "$wanted" "$tools/installed.txt"; then
        echo "Installing: $name"
        python3 -m venv --clear "$tools"
        "$tools/bin/pip" install --quiet --disable-pip-version-check --requirement "$wanted"
        cp "$wanted" "$tools/installed.txt"
    fi
done

# axe-core and the Nu Html Checker. No scripts of theirs: that of the checker would download a Java.
tools="$cache/npm"
if ! cmp -s "$here/package-lock.json" "$tools/installed.json"; then
    echo "Installing: axe-core, vnu-jar"
    mkdir -p "$tools"
    cp "$here/package.json" "$here/package-lock.json" "$tools"
    npm ci --prefix "$tools" --ignore-scripts --no-audit --no-fund --loglevel error >/dev/null
    cp "$here/package-lock.json" "$tools/installed.json"
fi
# What knows charts is written in Go, and built where there is one. The Helm of the present may be there already.
go=$(command -v go || command -v /usr/local/go/bin/go || true)
go_tool() {
    local into="$cache/go/$1" program="$2"
    [ ! -x "$into/$(basename "${program%@*}")" ] || return 0
    echo "Building: $1"
    GOBIN="$into" GOFLAGS=-trimpath "$go" install "$program"
}
# Definitions of the resources that the chart makes for operators, of the modules that those are.
definitions() {
    local module="$1" folder="$2" from name
    shift 2
    for name in "$@"; do
        [ ! -s "$cache/crds/$name.yaml" ] || continue
        echo "Fetching: $name"
        "$go" mod download "$module"
        from=$("$go" env GOMODCACHE)/$module/$folder
        mkdir -p "$cache/crds"
        install -m 644 "$from/$name.yaml" "$cache/crds/$name.yaml"
    done
}
if [ -n "$go" ]; then
    go_tool helm3 helm.sh/helm/v3/cmd/helm@v3.21.4
    helm version --short 2>/dev/null | grep -q ^v4 || go_tool helm4 helm.sh/helm/v4/cmd/helm@v4.2.4
    has kube-score || go_tool kube-score github.com/zegl/kube-score/cmd/kube-score@v1.20.0
    definitions github.com/prometheus-operator/prometheus-operator@v0.85.0 example/prometheus-operator-crd \
        monitoring.coreos.com_{podmonitors,prometheusrules,servicemonitors}
    definitions github.com/cert-manager/cert-manager@v1.21.2 deploy/crds cert-manager.io_certificates
else
    echo "Without Go (https://go.dev) there is no Helm: tests of the chart will be skipped"
fi
echo "All is there."

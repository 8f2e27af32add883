#!/bin/sh
# Cargo calls it in place of rustc for the rooms of the workspace (RUSTC_WORKSPACE_WRAPPER): the program that $WHOLE names is
# optimised across crates. A profile cannot say so of one program: it would compile all libraries once more for it.
set -eu
if [ -n "${WHOLE-}" ] && [ "$2 ${3-}" = "--crate-name $WHOLE" ]; then
    exec "$@" -C lto=fat
fi
exec "$@"

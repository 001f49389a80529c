#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Prints the newest Python >= 3.11 that can really make a virtual environment, or, with an argument such as 3.11,
# the newest of that version.  Usage: find_python.sh [minor version]
#
# A version manager puts shims on PATH that exist but do not run when their version is not the active one. So each
# candidate must answer, and make an environment, before it is believed; and the manager's own folders are looked at.
set -eu

wanted=${1:-}
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT INT TERM

versions=${wanted:-3.14 3.13 3.12 3.11}
managed=
if command -v pyenv >/dev/null 2>&1; then
    managed="$(pyenv root)/versions"
fi
if command -v uv >/dev/null 2>&1; then
    managed="$managed $(uv python dir 2>/dev/null || true)"
fi

runs() { # runs <python> <minor version>: it starts, is what its name says, and has the parts that an environment needs
    [ "$("$1" -c 'import sys; print("%d.%d" % sys.version_info[:2])' 2>/dev/null)" = "$2" ] || return 1
    "$1" -c 'import ensurepip, ssl, sqlite3, venv' 2>/dev/null || return 1
    "$1" -m venv --without-pip --clear "$scratch/venv" >/dev/null 2>&1
}

for version in $versions; do
    for candidate in "$(command -v "python$version" 2>/dev/null || true)" \
        $(for root in $managed; do find "$root" -maxdepth 3 -path "*/bin/python$version" 2>/dev/null | sort -rV; done) \
        "$(command -v python3 2>/dev/null || true)"; do
        if [ -n "$candidate" ] && runs "$candidate" "$version"; then
            "$candidate" -c 'import sys; print(sys.executable)' # never the shim itself
            exit 0
        fi
    done
done
echo "No Python ${wanted:->= 3.11} found that can make a virtual environment (looked on PATH and in version managers)." >&2
echo "Install one (on Debian: apt-get install python3 python3-venv), or name it: make PYTHON=/path/to/python" >&2
exit 1

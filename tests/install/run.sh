#!/usr/bin/env bash
#
# run.sh - installs pli into an empty folder and builds a small program with it, twice: found by
# pkg-config, and by find_package. Needs a built folder: BUILD, or build/check.

set -euo pipefail
top=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
build=${BUILD:-$top/build/check}
here=$top/tests/install
place=$(mktemp -d "${TMPDIR:-/tmp}/pli-install.XXXXXX")
trap 'rm -rf "$place"' EXIT

[ -d "$build" ] || { echo "no $build: run ./check first"; exit 1; }
DESTDIR=$place cmake --install "$build" >"$place/log" || { cat "$place/log"; exit 1; }
prefix=$place$(sed -n 's/^CMAKE_INSTALL_PREFIX:PATH=//p' "$build/CMakeCache.txt")

one()
{
	find "$prefix" -name "$1" -print -quit | grep . || { echo "not installed: $1" >&2; exit 1; }
}
pc=$(one pli.pc)
config=$(find "$prefix" -iname 'pli*config.cmake' -print -quit)
[ -n "$config" ] || { echo "not installed: the CMake package"; exit 1; }
library=$(dirname "$(one 'libpli.so')")
one libpli.a >/dev/null
one status.h >/dev/null
pli=$(one pli)
[ -x "$prefix/bin/pli" ] || { echo "not installed: bin/pli ($pli)"; exit 1; }
LD_LIBRARY_PATH=$library "$prefix/bin/pli" --version

# Nothing but pli_* is visible.
visible=$(nm -D --defined-only "$library/libpli.so" | awk '{ print $3 }' | grep -v '^pli_' || true)
[ -z "$visible" ] || { echo "visible symbols: $visible"; exit 1; }

export PKG_CONFIG_PATH PKG_CONFIG_SYSROOT_DIR
PKG_CONFIG_PATH=$(dirname "$pc")
PKG_CONFIG_SYSROOT_DIR=$place
read -ra flags < <(pkg-config --cflags --libs pli)
cc -std=c11 -Wall -Wextra -Werror -o "$place/shared" "$here/uses_pli.c" "${flags[@]}"
LD_LIBRARY_PATH=$library "$place/shared"
read -ra flags < <(pkg-config --static --cflags --libs pli)
cc -std=c11 -Wall -Wextra -Werror -o "$place/static" "$here/uses_pli.c" "${flags[@]//-lpli/-l:libpli.a}"
"$place/static"
unset PKG_CONFIG_PATH PKG_CONFIG_SYSROOT_DIR

cmake -S "$here" -B "$place/b" -G Ninja -DCMAKE_PREFIX_PATH="$prefix" >"$place/log" ||
	{ cat "$place/log"; exit 1; }
cmake --build "$place/b" >"$place/log" || { cat "$place/log"; exit 1; }
LD_LIBRARY_PATH=$library "$place/b/uses_pli"
"$place/b/uses_pli_static"
echo "installed, found by pkg-config and by CMake"

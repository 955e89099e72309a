#!/usr/bin/env bash
#
# tidy.sh - clang-tidy (.clang-tidy) and cppcheck over what the build compiles.
#
#	tidy.sh [FILE...]
#
# Needs a configured build folder with compile_commands.json: BUILD, or build/check.
. "$(dirname "${BASH_SOURCE[0]}")/files.sh"
needs clang-tidy clang-tidy
needs cppcheck cppcheck

build=${BUILD:-build/check}
if [ ! -f "$build/compile_commands.json" ]; then
	cmake --preset check -DCMAKE_EXPORT_COMPILE_COMMANDS=ON >/dev/null || exit 1
fi
[ -f "$build/compile_commands.json" ] || { echo "no $build/compile_commands.json"; exit 1; }

if [ $# -gt 0 ]; then
	sources=("$@")
else
	mapfile -t sources < <(files 'engine/*.c' 'cli/*.c')
fi

# One file at a time: clang-tidy 14 sees va_lists that are not set where it was given several.
# The library is used by threads, the command line is one.
tidy()
{
	local checks=
	case $1 in engine/*) checks=concurrency-mt-unsafe ;; esac
	clang-tidy --quiet -p "$build" --checks="$checks" "$1" \
		2> >(grep -v '^[0-9]* warnings\? generated' >&2)
}
export -f tidy
export build
# shellcheck disable=SC2016
printf '%s\0' "${sources[@]}" | xargs -0 -n 1 -P "$(nproc)" bash -c 'tidy "$1"' tidy ||
	complain "clang-tidy"

mapfile -t include < <(files 'engine/*.h' 'cli/*.h' | xargs -n 1 dirname | sort -u | sed 's/^/-I/')
cppcheck --quiet --std=c11 --language=c --enable=warning,performance,portability \
	--inline-suppr --error-exitcode=1 --suppress=missingIncludeSystem \
	--suppress=unknownMacro --suppress=normalCheckLevelMaxBranches --suppress=ctuuninitvar \
	-DPLI_API= -DPLI_MUST_CHECK= -Iinclude "${include[@]}" "${sources[@]}" ||
	complain "cppcheck"
verdict

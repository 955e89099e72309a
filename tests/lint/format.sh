#!/usr/bin/env bash
#
# format.sh - C and C++ are formatted as .clang-format says. With "fix": made so.
. "$(dirname "${BASH_SOURCE[0]}")/files.sh"
needs clang-format clang-format

mapfile -t sources < <(files '*.c' '*.h' '*.cc')
if [ "${1-}" = fix ]; then
	clang-format -i "${sources[@]}"
	exit
fi
for file in "${sources[@]}"; do
	clang-format --dry-run -Werror "$file" 2>/dev/null ||
		complain "$file: not formatted (tests/lint/format.sh fix does it)"
done
verdict

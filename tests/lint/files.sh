# shellcheck shell=bash
#
# files.sh - the files of the project, for the lints. Sourced from the top of the tree.
#
#	. tests/lint/files.sh

top=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
cd "$top" || exit 1
complaints=0

# files PATTERN... prints the project's files whose name ends like one of them ("*.c"), one a line.
files()
{
	local pattern name
	{
		git ls-files --cached --others --exclude-standard 2>/dev/null ||
			find . -type d \( -name .git -o -name 'build*' \) -prune -o -type f -printf '%P\n'
	} | while IFS= read -r name; do
		[ -f "$name" ] || continue
		for pattern in "$@"; do
			# The pattern is one.
			# shellcheck disable=SC2254
			case $name in $pattern) printf '%s\n' "$name" ;; esac
		done
	done | sort -u
}

# scripts prints the project's shell scripts.
scripts()
{
	local name
	files '*' | while IFS= read -r name; do
		case $name in
		*.sh) printf '%s\n' "$name" ;;
		*.*) ;;
		*) if head -c 64 "$name" | head -n 1 | grep -qE '^#!.*[ /](ba)?sh' 2>/dev/null; then
			printf '%s\n' "$name"
		   fi ;;
		esac
	done
	[ ! -f .ci/run ] || echo .ci/run
}

complain()
{
	complaints=$((complaints + 1))
	printf '%s\n' "$*"
}

# needs COMMAND PACKAGE: without it the lint is skipped by hand, and fails in CI.
needs()
{
	command -v "$1" >/dev/null && return
	if [ "${CI-}" = true ]; then
		echo "$1 is missing (package $2)"
		exit 1
	fi
	echo "skipped: $1 is missing (package $2)"
	exit 0
}

# verdict ends a lint.
verdict()
{
	[ "$complaints" -eq 0 ] || echo "$complaints complaints"
	[ "$complaints" -eq 0 ]
}

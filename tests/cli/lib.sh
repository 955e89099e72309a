# shellcheck shell=bash
#
# lib.sh - what the CLI tests are written with. Sourced first by every test.
#
#	run CODE COMMAND...	runs it; its output is in $out and $err, its input the file $input,
#				or the file $piped through a pipe
#	refuse CODE VERB ...	pli VERB must end with CODE, in words and in --json, and leave the
#				folder as it is
#	stdout_has, stderr_has, stdout_is, stderr_is_not_empty ...	about the last run
#
# A test runs in an empty folder of its own. PLI is the binary, KEYS the folder of keys.sh; keys
# are named $K/NAME.key and $K/NAME.pem. A check that fails is printed with what was run, the
# test goes on, and ends with code 1.
#
# Nothing that starts thousands of processes uses <(...): bash 5.2 keeps the exit status of such a process, and gives it for
# that of a later command to which the system gave the same number.
#
# EVERY=N: of what takes longest, a test does an N-th: of the points of failure each N-th, which of
# them EVERY_FROM=M says; of the rounds so many.

set -u
export LC_ALL=C.UTF-8
unset NO_COLOR
exec </dev/null

: "${PLI:?set PLI to the pli to test}"
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
PLI=$(realpath "$PLI") || exit 1
K=${KEYS:-$(dirname "$PLI")/test-keys}
"$here/keys.sh" "$K" || exit 1
K=$(realpath "$K")

# Read by the tests that take longest.
# shellcheck disable=SC2034
every=${EVERY:-1} every_from=${EVERY_FROM:-0}
test_folder=$(mktemp -d "${TMPDIR:-/tmp}/pli-cli.XXXXXX") || exit 1
out=$test_folder/out
err=$test_folder/err
input=/dev/null
piped=
last=
problems=0
mkdir "$test_folder/work"
cd "$test_folder/work" || exit 1

finish()
{
	local code=$?
	cd / && chmod -R u+rwX "$test_folder" && rm -rf "$test_folder"
	if [ "$problems" -gt 0 ] && { [ "$code" -eq 0 ] || [ "$code" -eq 77 ]; }; then
		echo "$problems checks failed"
		exit 1
	fi
}
trap finish EXIT

# not_here WHY: skipped, in CI, too: this build, or where it runs, excludes the test. The checks that failed before still count.
not_here()
{
	echo "skipped: $*"
	exit 77
}

# skip WHY: skipped by hand, an error in CI, where nothing may be missing.
skip()
{
	[ "${CI-}" != true ] || { echo "not in CI: $*"; exit 1; }
	not_here "$@"
}

# lacking WHAT: the same.
lacking()
{
	skip "$1 is missing"
}

# need_vectors NAME: that folder of $PLI_VECTORS is there. Where it is said, and in CI, it has to be.
need_vectors()
{
	[ -n "${PLI_VECTORS-}" ] || lacking "PLI_VECTORS: the public test data"
	[ -d "$PLI_VECTORS/$1" ] || { echo "$PLI_VECTORS/$1 is missing: see PLI_VECTORS"; exit 1; }
}

# problem says that a check of the last run failed, and shows that run.
problem()
{
	problems=$((problems + 1))
	printf '%s:%s: %s\n' "$(basename "$0")" "$(line)" "$*"
	printf '    ran: %s\n' "$last"
	[ ! -s "$out" ] || { echo "    stdout:"; head -c 800 "$out" | cat -v | sed 's/^/    | /'; }
	[ ! -s "$err" ] || { echo "    stderr:"; head -c 2000 "$err" | cat -v | sed 's/^/    | /'; }
}

# line prints the line of the test itself that is being run.
line()
{
	printf '%s' "${BASH_LINENO[${#BASH_LINENO[@]} - 2]}"
}

pli()
{
	"$PLI" "$@"
}

run()
{
	local want=$1 code
	shift
	last="$*"
	if [ -n "$piped" ]; then
		# shellcheck disable=SC2002 # a pipe is wanted
		cat "$piped" | "$@" >"$out" 2>"$err"
		code=${PIPESTATUS[1]}
	else
		"$@" <"$input" >"$out" 2>"$err"
		code=$?
	fi
	[ "$code" -eq "$want" ] || problem "exit code $code, expected $want"
	[ "$code" -eq "$want" ]
}

# The id of each exit code (cli.md).
declare -A status_ids=([0]=ok [1]=error [2]=usage [3]=partial [10]=malformed [11]=authentication [12]=passphrase [13]=no-recipient
	[14]=certificate [15]=exists [16]=io [17]=limit [18]=token [19]=unsupported)

# What is in a folder, so that any change shows.
listing=(-mindepth 1 -printf '%P %y %s %i %T@\n')
refuse()
{
	local want=$1 verb=$2 before after
	shift 2
	before=$(find . "${listing[@]}")
	run "$want" pli "$verb" --json "$@"
	json_error "$want"
	run "$want" pli "$verb" "$@"
	[ ! -s "$out" ] || problem "something on stdout"
	[ -s "$err" ] || problem "nothing on stderr"
	after=$(find . "${listing[@]}")
	[ "$before" = "$after" ] || problem "the folder changed: $(diff <(echo "$before") <(echo "$after"))"
}

# json_error CODE checks the error object that the last run ended with.
json_error()
{
	local lines
	mapfile -t lines <"$out"
	[ "${#lines[@]}" -gt 0 ] || mapfile -t lines <"$err"
	[ "${#lines[@]}" -gt 0 ] || lines=('')
	jq -e --argjson code "$1" --arg id "${status_ids[$1]-}" '.schema == 1 and
		.type == "error" and .code == $code and .id == $id and
		(.message | type == "string" and length > 0) and
		(.hint == null or (.hint | type == "string"))' >/dev/null <<<"${lines[-1]}" ||
		problem "no JSON error with code $1 and its id in the last line"
}

# json FILTER must be true of the objects (an array) that the last run printed on stdout.
json()
{
	jq -es "$1" <"$out" >/dev/null || problem "JSON: not so: $1"
}

# soon COMMAND...: waits until it is true, a minute at most.
soon()
{
	local tries
	for ((tries = 0; tries < 600; tries++)); do
		! "$@" || return 0
		sleep 0.1
	done
	problem "not so within a minute: $*"
}

# shows FILE TEXT N: the text is there so many times.
shows()
{
	[ "$(grep -aoF -- "$2" "$1" 2>/dev/null | wc -l)" -ge "$3" ]
}

# answered PROMPT FILE COMMAND: a shell command on a terminal, where a line of FILE is typed each time that the prompt is shown. All
# that was shown is in $out.
answered()
{
	last="on a terminal: $3"
	: >"$out"
	timeout 120 script -qefc "$3" "$out" >/dev/null 2>"$err" < <(
		n=0
		while IFS= read -r line; do
			soon shows "$out" "$1" $((++n)) >&2
			printf '%s\n' "$line"
		done <"$2"
		sleep 1
	)
}

stdout_has()
{
	grep -qF -- "$1" "$out" || problem "stdout does not have: $1"
}

stderr_has()
{
	grep -qF -- "$1" "$err" || problem "stderr does not have: $1"
}

stdout_is()
{
	printf '%s' "$1" | cmp -s - "$out" || problem "stdout is not: $1"
}

stdout_empty()
{
	[ ! -s "$out" ] || problem "something on stdout"
}

stderr_empty()
{
	[ ! -s "$err" ] || problem "something on stderr"
}

same()
{
	cmp -s "$1" "$2" || problem "different: $1 and $2"
}

absent()
{
	local name
	for name in "$@"; do
		if [ -e "$name" ] || [ -L "$name" ]; then
			problem "is there: $name"
		fi
	done
}

# only NAME... checks that the current folder holds these and nothing else, hidden or not.
only()
{
	local want have
	want=$(printf '%s\n' "$@" | sort)
	have=$(find . -mindepth 1 -printf '%P\n' | sort)
	[ "$want" = "$have" ] || problem "in the folder: $(echo "$have" | tr '\n' ' ')"
}

# tree PATH prints what is in a folder: names, kinds, permissions, times in seconds, sizes of files.
tree()
{
	(cd "$1" && find . -mindepth 1 \( -type d -printf '%P %y %m %Ts\n' \) -o \
		-printf '%P %y %m %Ts %s\n') | sort
}

# same_tree A B: the same bytes under the same names, with the same permissions and times.
same_tree()
{
	same_bytes "$1" "$2"
	[ "$(tree "$1")" = "$(tree "$2")" ] ||
		problem "different: $(diff <(tree "$1") <(tree "$2") | head -n 10)"
}

# same_bytes A B: the same bytes under the same names.
same_bytes()
{
	local found
	found=$(diff -r --no-dereference "$1" "$2" 2>&1) ||
		problem "different: $(printf '%s' "$found" | head -n 10)"
}

# holds FOLDER NAME...: these are in it, hidden or not, and nothing else; what is in them does not matter.
holds()
{
	local want have
	want=$(printf '%s\n' "${@:2}" | sort)
	have=$(find "$1" -mindepth 1 -maxdepth 1 -printf '%f\n' | sort)
	[ "$want" = "$have" ] || problem "in $1: $(echo "$have" | tr '\n' ' ')"
}

# number_in FOLDER N: so many are in it.
number_in()
{
	local have
	have=$(find "$1" -mindepth 1 -maxdepth 1 -printf x | wc -c)
	[ "$have" -eq "$2" ] || problem "not $2 in $1: $have"
}

# content FILE BYTES makes a file that does not compress and is the same on every run.
content()
{
	openssl enc -aes-128-ctr -K 00 -iv 00 -in /dev/zero 2>/dev/null | head -c "$2" >"$1"
}

# flip FILE OFFSET changes one bit; a negative OFFSET counts from the end.
flip()
{
	local at=$2 byte
	[ "$at" -ge 0 ] || at=$(($(stat -c %s "$1") + at))
	byte=$(od -An -tu1 -j "$at" -N 1 "$1")
	printf '%b' "\\x$(printf '%02x' $((byte ^ 1)))" |
		dd of="$1" bs=1 seek="$at" conv=notrunc status=none
}

# seal OUT CONTENT NAME... seals to the named keys, as the first step of a test.
seal()
{
	local to=$1 from=$2 name recipients=()
	shift 2
	for name in "$@"; do
		recipients+=(-r "$K/$name.pem")
	done
	run 0 pli seal --raw --no-sync "${recipients[@]}" -o "$to" "$from"
}

# open_with NAME OUT ENVELOPE [OPTION...] opens with the named key.
open_with()
{
	local name=$1 to=$2 from=$3
	shift 3
	run 0 pli open --no-sync "$@" -k "$K/$name.key" --cert "$K/$name.pem" -o "$to" "$from"
}

# opened_by ENVELOPE CONTENT NAME...: each of the named keys gets the content, from a file and from a pipe.
opened_by()
{
	local key
	for key in "${@:3}"; do
		open_with "$key" opened "$1"
		same opened "$2"
		rm -f opened
		piped=$1 run 0 pli open -k "$K/$key.key" --cert "$K/$key.pem" -o - -
		same "$out" "$2"
	done
}

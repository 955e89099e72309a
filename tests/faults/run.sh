#!/usr/bin/env bash
#
# run.sh - every call that can fail is made to fail, in turn: the n-th, once and from then on.
#
#	PLI=... FAULTS=libfaults.so MAKE_PAIR=... run.sh [SCENARIO...]
#
# Each run ends with 0 and the complete, right output, or with a documented code and nothing:
# never by a signal, never with 0 and something else. Interrupted and short transfers are no
# faults: those runs must succeed. FULL=1 tries every n of pli's own calls; otherwise, and for
# the memory of libcrypto, a few spread over all of them.
. "$(dirname "$0")/../cli/lib.sh"

: "${FAULTS:?set FAULTS to the library made from faults.c}"
: "${MAKE_PAIR:?set MAKE_PAIR to the program made from tests/interop/make_pair.c}"
if grep -q -e __asan_init -e __tsan_init "$PLI"; then
	skip "a sanitizer's allocator and the fault injector exclude each other"
fi

points=6
[ -z "${FULL-}" ] || points=1000000
memory_points=${MEMORY_POINTS:-$([ -n "${FULL-}" ] && echo 400 || echo 12)}

content f 1200000
seal bid.pli f p256
cp bid.pli bad.pli
flip bad.pli 700000
printf 'old\n' >old
echo passphrase >pw
mkdir place
key=(-k "$K/p256.key" --cert "$K/p256.pem")
runs=0

# The scenarios: COMMAND_x what runs, in the folder above place; RIGHT_x whether its output is right.
command_seal()
{
	env "$@" "$PLI" seal -j 2 --raw -r "$K/p256.pem" -o place/x f >"$out" 2>"$err"
}
command_seal_pipe()
{
	env "$@" "$PLI" seal -j 2 -r "$K/p256.pem" -o - - < <(cat f) 2>"$err" | cat >"$out"
	return "${PIPESTATUS[0]}"
}
command_open()
{
	env "$@" "$PLI" open -j 2 "${key[@]}" -o place/x bid.pli >"$out" 2>"$err"
}
command_open_pipe()
{
	env "$@" "$PLI" open -j 2 "${key[@]}" -o - - < <(cat bid.pli) 2>"$err" | cat >"$out"
	return "${PIPESTATUS[0]}"
}
command_open_over()
{
	env "$@" "$PLI" open -j 2 "${key[@]}" --force -o place/x bid.pli >"$out" 2>"$err"
}
command_verify()
{
	env "$@" "$PLI" verify -j 2 "${key[@]}" bid.pli >"$out" 2>"$err"
}
command_refuse()
{
	env "$@" "$PLI" open -j 2 "${key[@]}" -o place/x bad.pli >"$out" 2>"$err"
}
command_pair()
{
	rm -f cert
	env "$@" "$MAKE_PAIR" p256 modern test place/x cert <pw >"$out" 2>"$err"
}

envelope_right()
{
	"$PLI" open "${key[@]}" -o - "$1" 2>/dev/null | cmp -s - f
}
right_seal()
{
	envelope_right place/x
}
right_seal_pipe()
{
	envelope_right "$out"
}
right_open()
{
	cmp -s place/x f
}
right_open_pipe()
{
	cmp -s "$out" f
}
right_open_over()
{
	cmp -s place/x f
}
right_verify()
{
	[ ! -e place/x ]
}
right_pair()
{
	[ "$(stat -c %a place/x)" = 600 ] && "$PLI" seal --no-sync --force --raw -r cert -o bid f >/dev/null 2>&1 &&
		"$PLI" open -k place/x --passin file:pw -o - bid 2>/dev/null | cmp -s - f
}
right_refuse()
{
	false
}

# nothing_wrong SCENARIO CALL CODE: after a run that failed.
nothing_wrong()
{
	local size
	case $1 in
	open_pipe)
		size=$(stat -c %s "$out")
		cmp -s -n "$size" "$out" f || problem "a pipe got what is not content"
		;;
	open_over)
		# Only the sync of the folder, the very last one, may fail with the file in place.
		cmp -s place/x old || { [ "$2$3" = fsync16 ] && cmp -s place/x f; } ||
			problem "the old file is not as it was"
		;;
	*)
		if [ -e place/x ] && ! { [ "$2$3" = fsync16 ] && "right_$1"; }; then
			problem "a file under the final name"
		fi
		;;
	esac
}

# one SCENARIO CALL N HOW ERRNO FROM MUST: MUST is "work" or the codes that are right.
one()
{
	local scenario=$1 call=$2 must=$7 code left before=$problems
	rm -rf place/x
	[ "$scenario" != open_over ] || cp old place/x
	last="$scenario: $call $3 $4, errno $5, calls of $6"
	"command_$scenario" LD_PRELOAD="$FAULTS" FAULT_CALL="$call" FAULT_AT="$3" FAULT_HOW="$4" \
		FAULT_ERRNO="$5" FAULT_FROM="$6"
	code=$?
	runs=$((runs + 1))
	case " $must 0 " in
	*" work "*)
		[ "$code" -eq 0 ] || [ "$scenario" = refuse ] || problem "exit code $code, expected 0"
		;;
	*" $code "*) ;;
	*) [ "$scenario $code" = "refuse 11" ] || problem "exit code $code, expected 0 or one of: $must" ;;
	esac
	if [ "$code" -eq 0 ]; then
		"right_$scenario" || problem "exit code 0, but not the right output"
	else
		nothing_wrong "$scenario" "$call" "$code"
		[ -s "$err" ] || [ "$call$code" = malloc198 ] || [ "$call" = write ] || problem "not a word on stderr"
	fi
	left=$(find place -mindepth 1 ! -name x)
	[ -z "$left" ] || [ "$call" = unlink ] || problem "left behind: $left"
	rm -rf place/.pli-*
	[ "$problems" -lt 40 ] || { echo "too many; stopping"; exit 1; }
	[ "$problems" -eq "$before" ]
}

# each SCENARIO CALL HOW ERRNO FROM MUST: the n of one kind of fault, spread over all of its calls.
each()
{
	local total=$(($(sed -n "s/^$2 //p" "counts.$5"))) most=$points n step
	[ "$5" = pli ] || most=$memory_points
	[ "$total" -gt 0 ] || return
	[ "$3" = once ] || most=$(((most + 1) / 2))
	step=$(((total + most - 1) / most))
	for ((n = 1; n <= total; n += step)); do
		one "$1" "$2" "$n" "$3" "$4" "$5" "$6"
	done
	[ "$step" -eq 1 ] || one "$1" "$2" "$total" "$3" "$4" "$5" "$6"
}

# 198: a crash inside of libcrypto, see faults.c.
anything="1 2 10 11 12 13 14 16 17 18 19"
scenario()
{
	local from how call
	for from in pli all; do
		rm -rf place/x
		[ "$1" != open_over ] || cp old place/x
		last="$1, counting"
		"command_$1" LD_PRELOAD="$FAULTS" FAULT_COUNTS="$PWD/counts.$from" FAULT_FROM="$from"
		[ -s "counts.$from" ] || { problem "no counts"; return; }
	done
	rm -rf place/x
	for how in once forever; do
		for call in read pread readv; do
			each "$1" "$call" "$how" 5 pli "1 16"
		done
		for call in write pwrite writev pwritev; do
			each "$1" "$call" "$how" 28 pli "1 16"
		done
		for call in fsync open link rename ftruncate fstat fchmod lseek flock close; do
			each "$1" "$call" "$how" 5 pli "1 16"
		done
		each "$1" open "$how" 24 pli "1 16"
		each "$1" link "$how" 1 pli "1 16"
		each "$1" rename "$how" 22 pli "1 16"
		each "$1" unlink "$how" 5 pli "1 16"
		each "$1" fallocate "$how" 28 pli "1 16"
		each "$1" fallocate "$how" 95 pli work
		each "$1" poll "$how" 12 pli "1 16"
		each "$1" thread "$how" 11 pli "1 16"
		each "$1" random "$how" 38 all "$anything 198"
		each "$1" malloc "$how" 12 pli "$anything"
		each "$1" malloc "$how" 12 all "$anything 198"
		for call in read pread readv write pwrite writev pwritev; do
			each "$1" "$call" "$how" 0 pli work
		done
	done
	for call in read pread readv write pwrite writev pwritev poll; do
		each "$1" "$call" once 4 pli work
	done
}

scenarios=(seal seal_pipe open open_pipe open_over verify refuse pair)
[ $# -eq 0 ] || scenarios=("$@")
for name in "${scenarios[@]}"; do
	before=$runs
	start=$SECONDS
	scenario "$name"
	printf '%-10s %5d runs, %3d s\n' "$name" $((runs - before)) $((SECONDS - start))
done
[ "$runs" -gt 0 ] || { echo "nothing was run"; exit 1; }

# shellcheck shell=bash
#
# killing.sh - lib.sh, and kill -9 at moments spread over the time that a run takes. Sourced first by the tests that do it.
#
#	timed ARGUMENTS...		pli runs to its end; how long that takes sets the moments
#	killed_often CHECK ARGUMENTS...	pli runs and is killed, $rounds times, a bit later each time, and CHECK after each
#	was_killed			in one of these at least it still ran
#	can_trace			skips the test where nothing can be traced with strace
#	killed_at CALL ARGUMENTS...	pli runs and is killed at that call, "NAME:signal=KILL:when=N"; counts $runs and $killed
#	few FOLDER			at most one hidden leftover is in it, for the owner only
#	sealed_or_not			a CHECK: so it is here, and x.pli is complete or not there; then it is removed
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
set +m

rounds=$(((${KILL_ROUNDS:-10} + every - 1) / every))
[ "$rounds" -ge 2 ] || rounds=2 # the last is when it may have ended
hits=0
auth=(-k "$K/p256.both.pem")

timed()
{
	local start
	start=$(date +%s%N)
	run 0 pli "$@"
	time=$((($(date +%s%N) - start) / 1000000 + 1))
}

killed_often()
{
	local check=$1 round after job
	shift
	for round in $(seq "$rounds"); do
		after=$((time * round / rounds))
		last="pli $*, killed after $after ms"
		"$PLI" "$@" >"$out" 2>"$err" &
		job=$!
		sleep "$(printf '%d.%03d' $((after / 1000)) $((after % 1000)))"
		kill -9 "$job" 2>/dev/null
		wait "$job" 2>/dev/null
		[ $? -ne 137 ] || hits=$((hits + 1))
		"$check"
	done
}

was_killed()
{
	[ "$hits" -gt 0 ] || problem "never killed while it ran"
}

can_trace()
{
	# Under a sanitizer: its search for leaks wants to trace the process itself.
	export ASAN_OPTIONS=${ASAN_OPTIONS:+$ASAN_OPTIONS:}detect_leaks=0
	command -v strace >/dev/null || skip "strace is not installed"
	strace -f -qq -o trace true 2>/dev/null || skip "nothing can be traced here"
	rm -f trace
	runs=0
	killed=0
}

killed_at()
{
	local code
	last="pli ${*:2}, $1"
	{ strace -f -qq -o /dev/null -e inject="$1" "$PLI" "${@:2}" >"$out" 2>"$err"; } 2>/dev/null
	code=$?
	runs=$((runs + 1))
	case $code in
	137) killed=$((killed + 1)) ;;
	0) ;;
	*) problem "exit code $code" ;;
	esac
}

few()
{
	local left
	left=$(find "$1" -maxdepth 1 -mindepth 1 -name '.*' -printf '%f %m\n')
	case $left in
	'' | .pli-*' 600' | .pli-*' 700') ;;
	*) problem "left behind in $1: $left" ;;
	esac
	[ "$(printf '%s' "$left" | grep -c .)" -le 1 ] || problem "several leftovers in $1: $left"
}

sealed_or_not()
{
	few .
	if [ -e x.pli ]; then
		run 0 pli verify "${auth[@]}" x.pli
		rm -f x.pli
	fi
}

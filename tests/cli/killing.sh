# shellcheck shell=bash
#
# killing.sh - lib.sh, and kill -9 at moments spread over the time that a run takes. Sourced first by the tests that do it.
#
#	timed ARGUMENTS...		pli runs to its end; how long that takes sets the moments
#	killed_often CHECK ARGUMENTS...	pli runs and is killed, $rounds times, a bit later each time, and CHECK after each
#	few FOLDER			at most one hidden leftover is in it, for the owner only
#	sealed_or_not			a CHECK: so it is here, and x.pli is complete or not there; then it is removed
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
set +m

rounds=${KILL_ROUNDS:-10}
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
		"$check"
	done
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

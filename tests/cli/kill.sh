#!/usr/bin/env bash
# kill -9 at any moment: the final name is absent or complete, and the next run works and tidies up.
. "$(dirname "$0")/lib.sh"
set +m

content f $((64 * 1024 * 1024))
rounds=${KILL_ROUNDS:-12}
auth=(-k "$K/p256.both.pem")

# timed ARGUMENTS... sets time to the milliseconds that one run takes.
timed()
{
	local start
	start=$(date +%s%N)
	run 0 pli "$@"
	time=$((($(date +%s%N) - start) / 1000000 + 1))
}

# killed MILLISECONDS ARGUMENTS...
killed()
{
	local job
	last="pli ${*:2}, killed after $1 ms"
	"$PLI" "${@:2}" >"$out" 2>"$err" &
	job=$!
	sleep "$(printf '%d.%03d' $(($1 / 1000)) $(($1 % 1000)))"
	kill -9 "$job" 2>/dev/null
	wait "$job" 2>/dev/null
}

# few: besides the named files, at most one hidden leftover, for the owner only.
few()
{
	local left
	left=$(find . -maxdepth 1 -name '.*' ! -name . -printf '%f %m\n')
	case $left in
	'' | .pli-*' 600' | .pli-*' 700') ;;
	*) problem "left behind: $left" ;;
	esac
	[ "$(printf '%s' "$left" | grep -c .)" -le 1 ] || problem "several leftovers: $left"
}

timed seal --raw -r "$K/p256.pem" -o bid.pli f
for i in $(seq "$rounds"); do
	killed $((time * i / rounds)) seal --raw -r "$K/p256.pem" -o x.pli f
	few
	if [ -e x.pli ]; then
		run 0 pli verify "${auth[@]}" x.pli
		rm -f x.pli
	fi
done
run 0 pli seal --raw -r "$K/p256.pem" -o x.pli f
run 0 pli verify "${auth[@]}" x.pli
only bid.pli f x.pli
rm -f x.pli

timed open "${auth[@]}" -o x bid.pli
rm -f x
for i in $(seq "$rounds"); do
	killed $((time * i / rounds)) open "${auth[@]}" -o x bid.pli
	few
	if [ -e x ]; then
		same x f
		rm -f x
	fi
done
run 0 pli open "${auth[@]}" -o x bid.pli
same x f
only bid.pli f x
rm -f x

# An old file stays as it was until the new one is complete.
printf 'old\n' >old
for i in $(seq 4); do
	cp old x
	killed $((time * i / 5)) open --force "${auth[@]}" -o x bid.pli
	cmp -s x old || same x f
	few
done
run 0 pli open --force "${auth[@]}" -o x bid.pli
same x f
only bid.pli f old x

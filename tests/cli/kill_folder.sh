#!/usr/bin/env bash
# kill -9 while folders are sealed and opened: the final name is absent or complete, and the next run works and tidies up.
. "$(dirname "$0")/lib.sh"
set +m

rounds=${KILL_ROUNDS:-10}
auth=(-k "$K/p256.both.pem")
content random 20000
mkdir folder
for i in $(seq -w 500); do
	mkdir -p "folder/$((10#$i % 10))"
	cp random "folder/$((10#$i % 10))/$i"
done
content folder/large 8000000

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

# few FOLDER: at most one hidden leftover in it, for the owner only.
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

timed seal --no-sync -r "$K/p256.pem" -o bid.pli folder
for i in $(seq "$rounds"); do
	killed $((time * i / rounds)) seal --no-sync -r "$K/p256.pem" -o x.pli folder
	few .
	if [ -e x.pli ]; then
		run 0 pli verify "${auth[@]}" x.pli
		rm -f x.pli
	fi
done
run 0 pli seal --no-sync -r "$K/p256.pem" -o x.pli folder
run 0 pli verify "${auth[@]}" x.pli
holds . bid.pli folder random x.pli

timed open --no-sync "${auth[@]}" -C out bid.pli
rm -rf out
for i in $(seq "$rounds"); do
	killed $((time * i / rounds)) open --no-sync "${auth[@]}" -C out bid.pli
	[ ! -d out ] || few out
	if [ -e out/bid ]; then
		same_tree folder out/bid/folder
		rm -rf out/bid
	fi
done
run 0 pli open --no-sync "${auth[@]}" -C out bid.pli
same_tree folder out/bid/folder
holds out bid
holds . bid.pli folder out random x.pli

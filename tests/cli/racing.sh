#!/usr/bin/env bash
# Folders become links to somewhere else and back while pli works in them: nothing there changes, and nothing of it is sealed.
. "$(dirname "$0")/lib.sh"
set +m

: "${RACER:?set RACER to the program made from racer.c}"
rounds=$(((${RACE_ROUNDS:-15} + every - 1) / every))
auth=(-k "$K/p256.both.pem")

# What is not to be touched has the names that are in the archive, and words of its own.
tree_of()
{
	local i
	for i in 1 2 3 4; do
		mkdir -p "$1/$i/deep/er"
		printf '%s\n' "$2" | tee "$1/$i/f" "$1/$i/deep/f" "$1/$i/deep/er/f" >"$1/f$i"
	done
}
tree_of folder "of the bid"
tree_of canary "OF SOMEBODY ELSE"
mkdir -p canary/deep/er && cp canary/f1 canary/f && cp canary/f1 canary/deep/f && cp canary/f1 canary/deep/er/f
cp -r canary control
# Where a file is there already, what goes astray fails; here are the folders alone, and it would appear.
cp -r canary bare
find bare -type f -delete
run 0 pli seal -q -r "$K/p256.pem" -o bid.pli folder
work=$PWD

state()
{
	find "$1" -printf '%P %y %s %m %i %T@ %C@ %l\n' | sort
	find "$1" -type f -exec cat {} +
}

race()
{
	"$RACER" "$1" "$work/$2" ${3:+"$3"} &
	racer=$!
}

end_race()
{
	kill -9 "$racer"
	wait "$racer" 2>/dev/null
}

# Who goes by names writes to the wrong place: the race is a race.
before=$(state control)
race careless control
for ((i = 0; i < 3000; i++)); do
	mkdir -p careless/.pli-0/1/deep/er 2>/dev/null
	printf 'careless\n' 2>/dev/null >careless/.pli-0/1/deep/er/f
	[ $((i % 50)) -ne 0 ] || [ "$before" = "$(state control)" ] || break
done 2>/dev/null
end_race
[ "$before" != "$(state control)" ] || problem "a careless program was not led astray: this race proves nothing"

# open_rounds CANARY: bids are opened, while the folders in which they appear are links to it now and then.
open_rounds()
{
	local i code before
	before=$(state "$1")
	mkdir place
	race place "$1"
	for ((i = 0; i < rounds; i++)); do
		last="pli open, links to $1, round $i"
		ln -f bid.pli "bid$i.pli"
		"$PLI" open -q --no-sync "${auth[@]}" -C place "bid$i.pli" >"$out" 2>"$err"
		code=$?
		rm -rf "bid$i.pli" "place/bid$i" "place/bid$i~" 2>/dev/null
		codes[open-$code]=$((${codes[open-$code]-0} + 1))
		case $code in
		0 | 15 | 16) ;;
		*) problem "exit code $code" ;;
		esac
		[ "$before" = "$(state "$1")" ] || { problem "what is elsewhere was changed"; break; }
	done
	end_race
	[ "$before" = "$(state "$1")" ] || problem "what is elsewhere was changed"
	rm -rf place
}

declare -A codes=()
open_rounds canary
open_rounds bare

canary=$(state canary)
race folder canary 20000
for ((i = 0; i < rounds; i++)); do
	last="pli seal, round $i"
	rm -f x.pli
	"$PLI" seal -q --no-sync -r "$K/p256.pem" -o x.pli folder >"$out" 2>"$err"
	code=$?
	codes[seal-$code]=$((${codes[seal-$code]-0} + 1))
	case $code in
	0) "$PLI" open -q "${auth[@]}" -o - x.pli 2>/dev/null | grep -q 'SOMEBODY ELSE' &&
		problem "what is elsewhere was sealed" ;;
	2 | 16 | 17) [ ! -e x.pli ] || problem "exit code $code, and an envelope" ;;
	*) problem "exit code $code" ;;
	esac
done
end_race
[ "$canary" = "$(state canary)" ] || problem "what is elsewhere was changed"
# The race was one: pli came first at times, and the other at times. A few rounds need not show it.
if [ "$rounds" -ge 200 ]; then
	for verb in open seal; do
		refused=0
		for code in "${!codes[@]}"; do
			case $code in
			"$verb-0") ;;
			"$verb"-*) refused=$((refused + ${codes[$code]})) ;;
			esac
		done
		[ "${codes[$verb-0]-0}" -gt 0 ] || problem "$verb: not one round in which pli came first"
		[ "$refused" -gt 0 ] || problem "$verb: not one round in which a link was in the way"
	done
fi
echo "$((3 * rounds)) rounds:$(for code in "${!codes[@]}"; do printf ' %s %d times;' "$code" "${codes[$code]}"; done) nothing elsewhere changed"

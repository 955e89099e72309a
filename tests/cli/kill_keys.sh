#!/usr/bin/env bash
# kill -9 at system calls of pli keys: the register opens and is as it was, or as it should be, or a key is pending in it. The
# same command works then, if need be after what has the name of its file was removed.
. "$(dirname "$0")/killing.sh"

: "${LOOK:?set LOOK to the program made from tests/faults/look.c}"
can_trace
# Files of keys open quickly from here on.
export LD_PRELOAD=${QUICK_KEYS:?set QUICK_KEYS to the module made from tests/quick_keys.c}

step=$((${KILL_STEP:-131} * every))
pending=0
named=0
printf 'Correct horse 7\n' >pw
key=(--register base.db --service CEA --type p256 --passout file:pw --no-sync)
run 0 pli keys generate "${key[@]}" --name Anna --p12 anna.p12
run 0 pli keys generate "${key[@]}" --name Backup --role backup --p12 backup.p12

# state prints the register: its keys, those that are pending, its journal. It fails where a key is active that was never
# proved, or where the journal has a hole.
state()
{
	if [ -s place/r.db ]; then "$LOOK" place/r.db; else printf '\npending: \n\n'; fi
}

prepare()
{
	rm -rf place
	mkdir place
	[ "$2" = generate ] || cp base.db place/r.db
}

file_opens()
{
	pli keys test --register place/r.db "$1" -k place/x.p12 --passin file:pw >/dev/null 2>&1
}

# as_it_may_be NAME ARGUMENTS...: after a kill. NAME is the key whose file is place/x.p12.
as_it_may_be()
{
	local name=$1
	few place
	state >now 2>why || { problem "the register: $(cat why)"; return; }
	mapfile -t now <now
	if [ "${now[0]}" = "${new[0]}" ]; then
		[ "$name" = none ] || file_opens "$name" || problem "the new key is active, and its file does not open"
		return
	fi
	[ "${now[0]}" = "${old[0]}" ] || { problem "neither as it was nor as it should be: ${now[*]}"; return; }
	[ "${now[1]}" = "pending: " ] || pending=$((pending + 1))
	if [ -e place/x.p12 ] || [ -e place/x.pem ]; then
		[ "${now[1]}" != "pending: " ] || problem "a file of a key that the register does not know"
		named=$((named + 1))
		run 15 pli "${@:2}"
		stderr_has "exists"
		stderr_has "choose another name"
		stderr_has "gives way to the one that is made now"
		rm -f place/x.p12 place/x.pem
	fi
	run 0 pli "${@:2}"
	state >now 2>why || problem "the register: $(cat why)"
	mapfile -t now <now
	[ "${now[0]}" = "${new[0]}" ] || problem "not as it should be after the next run: ${now[*]}"
	[ "${now[1]}" = "pending: " ] || problem "still ${now[1]}"
	[ -z "$(find place -name '.pli-*')" ] || problem "the next run leaves: $(ls -A place)"
}

# at_every_call NAME ARGUMENTS...
at_every_call()
{
	local n
	local -a calls
	prepare "${@:2}"
	state >old
	mapfile -t old <old
	last="pli ${*:2}, counting its calls"
	strace -f -qq -o trace "$PLI" "${@:2}" >"$out" 2>"$err" || problem "does not work under strace"
	state >new
	mapfile -t new <new
	sed -nE 's/^([0-9]+) +([a-z0-9_]+)\(.*/\2/p' trace | awk '{ print $0 ":signal=KILL:when=" ++seen[$0] }' >calls
	mapfile -t calls <calls
	[ "${#calls[@]}" -gt 100 ] || problem "only ${#calls[@]} calls"
	for ((n = 1 + (every_from + runs) % step; n < ${#calls[@]}; n += step)); do
		prepare "${@:2}"
		killed_at "${calls[n]}" "${@:2}"
		as_it_may_be "$@"
	done
}

to=(--register place/r.db)
at_every_call Bruno keys generate "${to[@]}" --service CEA --name Bruno --type p256 --p12 place/x.p12 --cert-out place/x.pem \
	--passout file:pw
at_every_call Anna keys renew "${to[@]}" Anna --type p256 --p12 place/x.p12 --passout file:pw
at_every_call none keys import "${to[@]}" --service CEA --name Carla "$K/p384.pem" -k "$K/p384.key"
at_every_call none keys retire "${to[@]}" Anna
at_every_call none keys test "${to[@]}" Anna -k anna.p12 --passin file:pw
[ "$killed" -gt $((runs * 8 / 10)) ] || problem "only $killed of $runs were killed"
[ "$step" -gt 1 ] || { [ "$pending" -gt 0 ] && [ "$named" -gt 0 ]; } || problem "never a key pending, or never its file in place"
echo "$runs runs, $killed killed at a call of their own, $pending with a key pending, $named with its file in place"

#!/usr/bin/env bash
# kill -9 at every system call, in turn: the old state or the complete new one, and what is left is hidden and goes with the
# next run.
. "$(dirname "$0")/killing.sh"

can_trace

step=$((${KILL_STEP:-29} * every))
leftovers=0
content f 3000
mkdir -p folder/deep/er folder/empty
cp f folder/deep/er/f
printf 'one\n' >folder/one
run 0 pli seal --raw -r "$K/p256.pem" -o bid.pli f
run 0 pli seal -q -r "$K/p256.pem" -o tree.pli folder
printf 'old\n' >old
mkdir place

# hidden FOLDER: nothing but what has a hidden name, and at most one of those.
hidden()
{
	few "$1"
	[ -z "$(find "$1" -maxdepth 1 -name '.pli-*')" ] || leftovers=$((leftovers + 1))
}

# What is in place is complete.
sealed_file()
{
	[ ! -e place/x ] || { pli open -q --no-sync "${auth[@]}" -o - place/x 2>/dev/null | cmp -s - f; } ||
		problem "a wrong envelope in place"
}
sealed_over()
{
	cmp -s place/x old || { pli open -q --no-sync "${auth[@]}" -o - place/x 2>/dev/null | cmp -s - f; } ||
		problem "neither the old file nor the new envelope"
}
sealed_folder()
{
	[ ! -e place/x ] || pli verify -q "${auth[@]}" place/x >/dev/null 2>&1 || problem "a wrong envelope in place"
}
opened_file()
{
	[ ! -e place/x ] || cmp -s place/x f || problem "a wrong file in place"
}
opened_over()
{
	cmp -s place/x old || cmp -s place/x f || problem "neither the old file nor the new one"
}
opened_folder()
{
	[ ! -e place/tree ] || same_tree folder place/tree/folder
}
opened_pipe()
{
	cmp -s -n "$(stat -c %s "$out")" "$out" f || problem "a pipe got what is not content"
}

# prepare CHECK: the place as it was before, but for what has a hidden name.
prepare()
{
	rm -rf place/x place/tree
	case $1 in *_over) cp old place/x ;; esac
}

# tidied CHECK ARGUMENTS...: the run that is not killed works, and tidies up.
tidied()
{
	prepare "$1"
	run 0 pli "${@:2}"
	"$1"
	[ -z "$(find . place -maxdepth 1 -name '.pli-*')" ] || problem "the next run leaves: $(find . place -name '.pli-*')"
}

# at_every_call CHECK ARGUMENTS...: strace counts each kind of call by itself, and each thread's by themselves.
at_every_call()
{
	local check=$1 n
	local -a calls
	shift
	prepare "$check"
	last="pli $*, counting its calls"
	strace -f -qq -o ../trace "$PLI" "$@" >"$out" 2>"$err" || problem "does not work under strace"
	"$check"
	sed -nE 's/^([0-9]+) +([a-z0-9_]+)\(.*/\1 \2/p' ../trace |
		awk '{ n = ++seen[$0]; if (!done[$2 " " n]++) print $2 ":signal=KILL:when=" n }' >../calls
	mapfile -t calls <../calls
	[ "${#calls[@]}" -gt 100 ] || problem "only ${#calls[@]} calls"
	for ((n = 1 + every_from % step; n < ${#calls[@]}; n += step)); do # the first is the execve of strace itself
		prepare "$check"
		killed_at "${calls[n]}" "$@"
		"$check"
		hidden place
		hidden .
		[ -z "$(find place -maxdepth 1 -name '.pli-*')" ] || tidied "$check" "$@"
	done
	tidied "$check" "$@"
}

at_every_call sealed_file seal -q -j 0 --raw -r "$K/p256.pem" -o place/x f
at_every_call sealed_over seal -q -j 0 --force --raw -r "$K/p256.pem" -o place/x f
at_every_call sealed_folder seal -j 0 -q -r "$K/p256.pem" -o place/x folder
at_every_call opened_file open -q -j 0 "${auth[@]}" -o place/x bid.pli
at_every_call opened_over open -q -j 0 --force "${auth[@]}" -o place/x bid.pli
at_every_call opened_folder open -j 0 -q "${auth[@]}" -C place tree.pli
at_every_call opened_pipe open -q -j 0 "${auth[@]}" -o - bid.pli
at_every_call opened_folder open -j 2 -q "${auth[@]}" -C place tree.pli
at_every_call sealed_file seal -q -j 2 --raw -r "$K/p256.pem" -o place/x f
[ "$killed" -gt $((runs * 9 / 10)) ] || problem "only $killed of $runs were killed"
[ "$leftovers" -gt 0 ] || [ "$step" -gt 8 ] || problem "nothing was ever left: there was nothing to remove"
echo "$runs runs, $killed killed at a call of their own, $leftovers with something hidden left"

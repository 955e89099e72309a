#!/usr/bin/env bash
# With a terminal: progress is drawn and taken away, a passphrase is asked for, and binary data stays off it.
. "$(dirname "$0")/lib.sh"
set +m

script -qec true /dev/null >/dev/null 2>&1 || skip "script cannot make a terminal here"
export TERM=xterm
# A shell that goes on after its command was interrupted; where SHELL says nothing, script takes one that does not.
SHELL=$(command -v bash)
export SHELL
content f 3000000
seal bid.pli f p256
right=$(cat "$K/passphrase")
plain="-k '$K/p256.both.pem'"

# What the terminal shows, while it does; and a file that is there when the command has ended.
screen=$test_folder/screen
ended=$test_folder/ended

# typing TEXT ...: types each TEXT (as printf has it) when one more prompt is shown, and is there until the command has ended.
typing()
{
	local text n=0
	for text in "$@"; do
		soon shows "$screen" 'p256.p12: ' $((++n)) >&2
		printf '%b' "$text"
	done
	soon test -e "$ended" >&2
}

# on_terminal CODE COMMAND: a shell command on a terminal of 40 columns. What it shows, a line each, is in "$out".
on_terminal()
{
	local code
	last="on a terminal: $2"
	: >"$err"
	timeout -k 5 60 script -qec "stty cols 40; $2" /dev/null >"$screen"
	code=$?
	: >"$ended"
	tr '\r' '\n' <"$screen" >"$out"
	[ "$code" -eq "$1" ] || problem "exit code $code, expected $1"
}

# typed CODE COMMAND TEXT ...: the same, and each TEXT is typed at a prompt.
typed()
{
	: >"$screen"
	rm -f "$ended"
	on_terminal "$1" "$2" < <(typing "${@:3}")
}

# shown REGEX, not_shown REGEX: a line of what the terminal got.
shown()
{
	grep -qE -- "$1" "$out" || problem "not on the terminal: $1"
}
not_shown()
{
	! grep -qE -- "$1" "$out" || problem "on the terminal: $1"
}

# until_drawn TEXT prints a shell command that waits for it to be on the screen, half a minute at most.
until_drawn()
{
	printf '%s' "n=0; until grep -aqF '$1' '$screen' || [ \$((n += 1)) -gt 300 ]; do sleep 0.1; done"
}

# A pipe that is slow is drawn while it lasts, and blanks take it away.
speed='^[0-9.]+ MiB +[0-9.]+ (bytes|[KMG]iB)/s *$'
on_terminal 0 "{ head -c 1500000 f; $(until_drawn B/s); tail -c +1500001 f; } | '$PLI' seal -j 0 --no-sync -r '$K/p256.pem' -o slow.pli -" </dev/null
shown "$speed"
shown '^ {8,39}$'
open_with p256 slow.out slow.pli
same slow.out f
rm -f slow.pli slow.out
# Not on a terminal that says too little of itself, or when told not to.
slow='{ head -c 1500000 f; sleep 1.5; tail -c +1500001 f; sleep 1; }'
for how in "TERM=dumb '$PLI'" "env -u TERM '$PLI'" "'$PLI' -q" "'$PLI' --progress never"; do
	on_terminal 0 "$slow | $how seal --no-sync -r '$K/p256.pem' -o slow.pli -" </dev/null
	not_shown '/s'
	rm -f slow.pli
done
# To a pipe it takes two passes, and the length is known. What is wider than the terminal is cut.
on_terminal 0 "'$PLI' open $plain -o - bid.pli | { head -c 1500000; $(until_drawn "pass 2 of 2"); cat; } >x; cmp x f" </dev/null
shown '^pass 2 of 2 +[0-9]+%  .{20}$'
not_shown '^pass.{36}'
rm -f x

# Never binary on a terminal.
on_terminal 2 "'$PLI' open $plain -o - bid.pli" </dev/null
shown 'would print binary data'
on_terminal 2 "'$PLI' seal --raw -r '$K/p256.pem' -o - f" </dev/null
shown 'would print binary data'

on_terminal 0 "'$PLI' doctor" </dev/null
shown '^terminal +yes'
run 0 setsid -w "$PLI" doctor
grep -qE '^terminal +no' "$out" || problem "a terminal where there is none"

# The passphrase is asked for three times at most, and never shown.
ask="'$PLI' open -k '$K/p256.p12' -o x bid.pli"
typed 0 "$ask" 'wrong one\n' "$right\n"
same x f
rm -f x
shown '^Passphrase for .*p256\.p12: '
shown '^Wrong passphrase\. Again, for .*p256\.p12: '
not_shown 'wrong one'
not_shown "$right"
typed 12 "$ask" 'a\n' 'b\n' 'c\n'
absent x
typed 12 "$ask" '\004'
shown 'it is empty'

# Interrupted there, the terminal is as it was.
typed 130 "$ask; code=\$?; stty -a; exit \$code" 'half of\003'
shown ' echo '
shown 'interrupted'
not_shown 'half of'
absent x
only bid.pli f

#!/usr/bin/env bash
# SIGINT, SIGTERM and SIGHUP in the middle of a job: 130, 143 and 129, and nothing is left behind.
. "$(dirname "$0")/lib.sh"
set +m

content f 3000000
seal bid.pli f p256
head -c 1500000 bid.pli >half
mkfifo fifo

# catches PID: it is pli, and has got as far as to catch SIGTERM. The copy of bash that it is before catches it, too, and does what
# this script does at its end.
catches()
{
	local set
	[ "$(readlink "/proc/$1/exe")" = "$PLI" ] || return
	set=$(sed -n 's/^SigCgt:[[:space:]]*//p' "/proc/$1/status")
	(((16#${set:-0} >> 14) & 1))
}

# waits PID: it sleeps, for more of what it reads or for somebody to read.
waits()
{
	[ "$(sed -n 's/^State:[[:space:]]*\(.\).*/\1/p' "/proc/$1/status")" = S ]
}

# waits_for_command PID: it has a child, which reads.
waits_for_command()
{
	local child
	child=$(cat "/proc/$1/task/$1/children")
	[ -n "$child" ] && waits "${child%% *}"
}

# interrupted SIGNAL CODE INPUT ARGUMENTS...: the job gets INPUT through a pipe that stays open.
interrupted()
{
	local signal=$1 want=$2 from=$3 job writer code tries=0
	shift 3
	last="SIG$signal: pli $*"
	{ cat "$from"; exec sleep 30; } >fifo &
	writer=$!
	# A shell without job control starts background jobs with SIGINT ignored: env puts it back.
	env --default-signal=INT,TERM "$PLI" "$@" <fifo >"$out" 2>"$err" &
	job=$!
	soon catches "$job"
	sleep "0.$((RANDOM % 5 + 2))"
	kill -s "$signal" "$job"
	while kill -0 "$job" 2>/dev/null && [ "$tries" -lt 600 ]; do
		sleep 0.1
		tries=$((tries + 1))
	done
	[ "$tries" -lt 600 ] || { problem "still running after a minute"; kill -9 "$job"; }
	wait "$job"
	code=$?
	kill "$writer" 2>/dev/null
	wait "$writer" 2>/dev/null
	[ "$code" -eq "$want" ] || problem "exit code $code, expected $want"
	only bid.pli f fifo half
}

for threads in 0 2; do
	interrupted INT 130 f seal -j "$threads" -r "$K/p256.pem" -o x.pli -
	interrupted TERM 143 f seal -j "$threads" -r "$K/p256.pem" -o x.pli -
	interrupted INT 130 half open -j "$threads" -k "$K/p256.both.pem" -o x -
	interrupted TERM 143 half open -j "$threads" -k "$K/p256.both.pem" -o x -
	interrupted INT 130 half open -j "$threads" -k "$K/p256.both.pem" -o - -
	stdout_empty
	interrupted INT 130 half verify -j "$threads" -k "$K/p256.both.pem" -
done
interrupted TERM 143 f seal -r "$K/p256.pem" -o - -
interrupted INT 130 /dev/null seal -r "$K/p256.pem" -o x.pli -

# Of several, those that were done before stay, and the last line does not say otherwise.
for form in --json -v; do
	last="SIGTERM: open $form of two, the second of which does not end"
	{ cat half; exec sleep 30; } >fifo &
	writer=$!
	"$PLI" open "$form" --no-sync -k "$K/p256.both.pem" -C opened bid.pli - <fifo >"$out" 2>"$err" &
	job=$!
	soon test -e opened/bid
	soon waits "$job"
	kill -s TERM "$job"
	wait "$job"
	code=$?
	kill "$writer" 2>/dev/null
	wait "$writer" 2>/dev/null
	[ "$code" -eq 143 ] || problem "exit code $code, expected 143"
	same opened/bid f
	only bid.pli f fifo half opened opened/bid
	rm -r opened
	[ "$form" = --json ] || stderr_has "interrupted: 1 of 2 were done; nothing is left behind of the others"
	[ "$form" != --json ] || json '.[-1] | .type == "error" and .code == 143 and (.message | startswith("interrupted: 1 of 2 were done"))'
done

# While a key or a passphrase is waited for, from a pipe that nobody writes to.
mkfifo silent
waiting()
{
	last="pli $*"
	env --default-signal=INT,TERM "$PLI" "$@" >"$out" 2>"$err" &
	sleep 0.6
	kill -s INT $!
	wait $!
	[ $? -eq 130 ] || problem "not interrupted"
	stderr_has interrupted
}
waiting open -k silent -o x bid.pli
waiting seal -r silent -o x f
waiting open -k "$K/p256.p12" --passin file:silent -o x bid.pli
rm silent
# A pipe with a writer is a key file as any other.
{ sleep 0.3; cat "$K/p256.both.pem"; } >fifo &
run 0 pli open -k fifo -o opened bid.pli
same opened f
rm opened

# Two signals within a moment are one, as timeout(1) sends them; the job ends by itself and says so.
last="SIGTERM twice at once: seal"
{ sleep 30 & echo $! >sleeper; wait; } >fifo &
writer=$!
"$PLI" seal -r "$K/p256.pem" -o x.pli - <fifo >"$out" 2>"$err" &
job=$!
soon catches "$job"
soon waits "$job"
kill -s STOP "$job"
kill -s TERM "$job"
kill -s HUP "$job"
kill -s CONT "$job"
wait "$job"
code=$?
case $code in
143 | 129) ;;
*) problem "exit code $code, expected 143 or 129" ;;
esac
stderr_has interrupted
kill "$(cat sleeper)" 2>/dev/null
wait "$writer" 2>/dev/null
rm -f sleeper
only bid.pli f fifo half

# A command for the passphrase that does not end: the first signal ends it, or else the second ends pli.
mkfifo hold
exec 9<>hold
key=(-k "$K/p256.p12" -o x bid.pli)
for ends in yes no; do
	last="SIGTERM: open, a passphrase from a command; does it end: $ends"
	command="cmd:read x <hold"
	[ "$ends" = yes ] || command="cmd:trap '' TERM; read x <hold; true"
	"$PLI" open --passin "$command" "${key[@]}" >"$out" 2>"$err" &
	job=$!
	soon catches "$job"
	soon waits_for_command "$job"
	kill -s TERM "$job"
	sleep 0.7
	if [ "$ends" = no ]; then
		kill -0 "$job" || problem "it did not wait for the command"
		kill -s TERM "$job"
	fi
	wait "$job"
	code=$?
	[ "$code" -eq 143 ] || problem "exit code $code, expected 143"
	[ "$ends" = no ] || stderr_has interrupted
	absent x
done
echo >&9
exec 9<&-
rm -f hold

# The same while the reader of the output does not read.
mkfifo slow
last="SIGTERM: open -o - to a reader that sleeps"
(exec 0<slow; exec sleep 30) &
reader=$!
"$PLI" open -k "$K/p256.both.pem" -o - bid.pli >slow 2>"$err" &
job=$!
soon catches "$job"
soon waits "$job"
kill -s TERM "$job"
wait "$job"
code=$?
[ "$code" -eq 143 ] || problem "exit code $code, expected 143"
kill "$reader" 2>/dev/null
wait "$reader" 2>/dev/null
only bid.pli f fifo half slow
rm slow

# A key pair: another process holds the register, so that the signal comes before the key is active, whatever is slow.
printf 'Correct horse 7\n' >pw
mkfifo hold
pair=(--register r.db --no-sync --passout file:pw --type p256)
run 0 pli keys generate "${pair[@]}" --service CEA --name Anna --p12 anna.p12
pli keys list --all --json --register r.db >before

# held_and_interrupted SIGNAL CODE ARGUMENTS...
held_and_interrupted()
{
	local signal=$1 want=$2 holder job code
	shift 2
	last="SIG$signal: pli $*"
	sqlite3 r.db <hold >held 2>&1 &
	holder=$!
	exec 9>hold
	printf "BEGIN IMMEDIATE;\nSELECT 'held';\n" >&9
	soon shows held held 1
	env --default-signal=INT,TERM,HUP "$PLI" "$@" >"$out" 2>"$err" 9>&- &
	job=$!
	soon catches "$job"
	kill -s "$signal" "$job"
	printf 'ROLLBACK;\n' >&9
	exec 9>&-
	wait "$holder"
	wait "$job"
	code=$?
	[ "$code" -eq "$want" ] || problem "exit code $code, expected $want"
	stderr_has interrupted
	rm held
	only anna.p12 before bid.pli f fifo half hold pw r.db
	pli keys list --all --json --register r.db | cmp -s - before || problem "the register changed"
}
held_and_interrupted INT 130 keys generate "${pair[@]}" --service CEA --name Bruno --p12 x.p12
held_and_interrupted TERM 143 keys renew "${pair[@]}" --p12 x.p12 --cert-out x.pem Anna
held_and_interrupted HUP 129 keys generate "${pair[@]}" --service DSI --name Bruno --p12 x.p12

#!/usr/bin/env bash
# Standard streams that are closed or full: an error with its code, never a wrong file.
. "$(dirname "$0")/lib.sh"

content f 300000
seal bid.pli f p256
auth=(-k "$K/p256.both.pem")

# with REDIRECTIONS: what run runs, with streams closed.
no_stdin()
{
	"$PLI" "$@" <&-
}
no_stdout()
{
	"$PLI" "$@" >&-
}
no_stderr()
{
	"$PLI" "$@" 2>&-
}
nothing_open()
{
	"$PLI" "$@" <&- >&- 2>&-
}

for how in no_stdin no_stdout no_stderr nothing_open; do
	run 0 "$how" seal --raw -r "$K/p256.pem" -o x.pli f
	run 0 "$how" open "${auth[@]}" -o x x.pli
	same x f
	run 0 "$how" verify -q "${auth[@]}" x.pli
	rm -f x x.pli
	run 15 "$how" seal --raw -r "$K/p256.pem" -o bid.pli f
done
# The register is as it should be, whether or not anybody could be told.
printf 'Correct horse 7\n' >pw
at=(--register r.db --service CEA --no-sync)
pair=(--type p256 --passout file:pw)
for how in no_stdin no_stdout no_stderr nothing_open; do
	run 0 "$how" keys generate "${at[@]}" --name Anna "${pair[@]}" --p12 anna.p12
	run 0 "$how" keys generate "${at[@]}" --name Backup --role backup "${pair[@]}" --p12 backup.p12
	run 0 "$how" keys test --register r.db Anna -k anna.p12 --passin file:pw
	run 0 "$how" keys renew --no-sync --register r.db Anna "${pair[@]}" --p12 anna2.p12
	run 0 "$how" keys export "${at[@]}" -o both.pem
	run 0 pli keys test --register r.db Anna -k anna2.p12 --passin file:pw
	[ "$(grep -c BEGIN both.pem)" -eq 2 ] || problem "not two certificates"
	rm -f r.db ./*.p12 both.pem
done
run 16 no_stdout keys generate "${at[@]}" --name Anna --type p256 --generate-passphrase --p12 anna.p12
absent anna.p12
rm -f r.db pw

run 16 no_stdin seal -r "$K/p256.pem" -o x.pli -
run 16 no_stdin open "${auth[@]}" -o x -
run 16 no_stdout seal --raw -r "$K/p256.pem" -o - f
run 16 no_stdout open "${auth[@]}" -o - bid.pli
run 16 no_stdout inspect bid.pli
run 16 no_stdout verify "${auth[@]}" bid.pli
run 16 no_stdout doctor
run 16 no_stdout --help
only bid.pli f

if [ -c /dev/full ]; then
	cp bid.pli bad.pli
	flip bad.pli -1
	to_full()
	{
		"$PLI" "$@" >/dev/full
	}
	run 16 to_full open "${auth[@]}" -o - bid.pli
	[ -s "$err" ] || problem "nothing on stderr"
	run 16 to_full seal --raw -r "$K/p256.pem" -o - f
	run 16 to_full inspect bid.pli
	run 16 to_full verify "${auth[@]}" bid.pli
	run 16 to_full inspect --json bid.pli
	run 16 to_full doctor
	run 16 to_full --version
	# With -o - the report is on stderr: it is lost there as well. What is no report is not missed.
	report_to_full()
	{
		"$PLI" "$@" 2>/dev/full
	}
	run 16 report_to_full open --json "${auth[@]}" -o - bid.pli
	same "$out" f
	run 16 report_to_full seal --json --raw -r "$K/p256.pem" -o - f
	run 11 report_to_full open --json "${auth[@]}" -o - bad.pli
	run 0 report_to_full open "${auth[@]}" -o - bid.pli
	run 0 report_to_full verify --json "${auth[@]}" bid.pli
	run 16 no_stderr open --json "${auth[@]}" -o - bid.pli
	rm bad.pli
fi

# A reader that goes away is an error, not a death by a signal that nobody sees.
content big 4000000
seal big.pli big p256
last="open | head"
"$PLI" open "${auth[@]}" -o - big.pli 2>"$err" | head -c 10 >"$out"
code=${PIPESTATUS[0]}
case $code in
16 | 141) ;;
*) problem "exit code $code" ;;
esac

# Never binary to a terminal.
if script -qec true /dev/null >/dev/null 2>&1; then
	printf 'SECRETWORDS\n' >words
	seal words.pli words p256
	last="open -o - on a terminal"
	timeout 20 script -qec "'$PLI' open ${auth[*]} -o - words.pli" /dev/null >"$out" 2>&1
	code=$?
	[ "$code" -eq 2 ] || problem "exit code $code, expected 2"
	if grep -q SECRETWORDS "$out"; then
		problem "content on the terminal"
	fi
fi

# A reader who wants no more is no error, but where records are lost.
to_closed()
{
	{ sleep 0.2; "$PLI" "$@"; } | :
	return "${PIPESTATUS[0]}"
}
run 0 to_closed seal --help
stderr_empty
run 0 to_closed verify "${auth[@]}" bid.pli bid.pli
stderr_empty
run 16 to_closed inspect --json bid.pli

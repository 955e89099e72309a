#!/usr/bin/env bash
# Before a key is read core files and tracing are off: not for the command line's other work, and never by the library.
nobody=(setpriv --reuid=65534 --regid=65534 --clear-groups)
# As root this runs as nobody, who has to get to the folder of the test.
if [ "$(id -u)" -eq 0 ] && command -v setpriv >/dev/null && ! "${nobody[@]}" test -x "${TMPDIR:-/tmp}"; then
	TMPDIR=/tmp
fi
. "$(dirname "$0")/marks.sh"

[ -r /proc/self/limits ] || skip "there is no /proc"
ulimit -c unlimited 2>/dev/null || not_here "core files are forbidden here anyway"
as=()
if [ "$(id -u)" -eq 0 ]; then
	command -v setpriv >/dev/null || skip "setpriv is not installed"
	# As root all may be looked at always.
	as=("${nobody[@]}")
	chmod 755 "$test_folder" && chmod 777 .
	cp "$PLI" ./pli
	cp "$K/p256.pem" cert
	chmod 755 pli && chmod 644 cert p256.pli
	"${as[@]}" "$PWD/pli" --version >/dev/null 2>&1 || not_here "nobody cannot run pli here"
else
	cp "$PLI" ./pli
	cp "$K/p256.pem" cert
fi
cp "$K/p256.key" own
cp "$K/p384.pem" other
mkfifo -m 666 key
chmod 644 own other new
run 0 "${as[@]}" ./pli keys generate -q --no-sync --register r.db --service CEA --name Anna --type p256 --p12 anna.p12 \
	--passout file:new

# until_so COMMAND...: waits for it to be true, not for ever.
until_so()
{
	local end=$((SECONDS + 60))
	until "$@"; do
		[ "$SECONDS" -lt "$end" ] || { problem "still not: $*"; return 1; }
		sleep 0.02
	done
}

runs_now()
{
	[ "$(cat "/proc/$2/comm" 2>/dev/null)" = "$1" ]
}

# waiting COMMAND...: runs it in the background, as nobody where this is root.
waiting()
{
	last="$*"
	"${as[@]}" "$@" >"$out" 2>"$err" &
	job=$!
}

core_limit()
{
	sed -n 's/^Max core file size *\([^ ]*\) .*/\1/p' "/proc/$1/limits"
}

# seen PID: can others of the same user look into it?
seen()
{
	"${as[@]}" head -c 1 "/proc/$1/environ" >/dev/null 2>&1
}

# Somebody who only waits can be looked into; so can pli, while it has no key.
waiting sleep 300
until_so runs_now sleep "$job"
seen "$job" || not_here "others of one's own cannot be looked into here"
[ "$(core_limit "$job")" = unlimited ] || problem "a core file of: $(core_limit "$job")"
kill "$job"
wait "$job" 2>/dev/null
last="pli seal, waiting for its input"
"${as[@]}" ./pli seal --no-sync --raw -r cert -o x - \
	< <(head -c 1000000 /dev/zero && : >began && exec sleep 300 2>/dev/null) >"$out" 2>"$err" &
job=$!
until_so test -e began
seen "$job" || problem "sealing, which has no key, cannot be looked into"
{ kill -9 "$job" && wait "$job"; } 2>/dev/null

# Waiting for the very first byte of the key: it is in a pipe, and who writes to that waits until pli has opened it.
runs=0
kept_from_looking()
{
	waiting "$@"
	{ exec sleep 300 >key; } &
	writer=$!
	until_so runs_now sleep "$writer"
	runs=$((runs + 1))
	kill -0 "$job" 2>/dev/null || problem "did not wait for its key: $(cat "$err")"
	! seen "$job" || problem "can be looked into"
	[ "$(core_limit "$job")" = 0 ] || problem "a core file of $(core_limit "$job")"
	if command -v gdb >/dev/null; then
		! "${as[@]}" gdb -q -batch -p "$job" -ex 'info proc' >trace 2>&1 || true
		! grep -q '^process [0-9]' trace || problem "a debugger came in"
	fi
	kill -ABRT "$job"
	wait "$job" 2>/dev/null
	[ $? -eq 134 ] || problem "not ended by the signal"
	{ kill "$writer" && wait "$writer"; } 2>/dev/null
}
at=(--register r.db --service CEA)
pair=(--p12 new.p12 --cert-out new.pem --passout file:key)
kept_from_looking ./pli open -k key --cert cert -o x p256.pli
kept_from_looking ./pli verify -k key --cert cert p256.pli
kept_from_looking ./pli list -k key --cert cert p256.pli
kept_from_looking ./pli keys generate --name name "${pair[@]}"
kept_from_looking ./pli keys renew --register r.db Anna "${pair[@]}"
kept_from_looking ./pli keys import "${at[@]}" --name B cert -k key
kept_from_looking ./pli keys test --register r.db Anna -k key
kept_from_looking ./pli keys convert key new.p12 --passout file:new
# A file with a certificate may hold the key, too.
kept_from_looking ./pli open -k own --cert key -o x p256.pli
kept_from_looking ./pli keys import "${at[@]}" --name B key
kept_from_looking ./pli keys import "${at[@]}" --name B --cert key other
kept_from_looking ./pli keys test --register r.db Anna -k own --cert key
kept_from_looking ./pli keys convert own new.p12 --cert key --passout file:new
[ -z "$(find . -name 'core*')" ] || problem "a core file: $(find . -name 'core*')"
echo "$runs runs: neither core files nor tracing while a key is loaded"

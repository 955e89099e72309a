#!/usr/bin/env bash
# Before a key is read core files and tracing are off: not for the command line's other work, and never by the library.
. "$(dirname "$0")/marks.sh"

[ -r /proc/self/limits ] || skip "there is no /proc"
ulimit -c unlimited 2>/dev/null || skip "core files are forbidden here anyway"
as=()
if [ "$(id -u)" -eq 0 ]; then
	command -v setpriv >/dev/null || skip "setpriv is not installed"
	# As root all may be looked at always.
	as=(setpriv --reuid=65534 --regid=65534 --clear-groups)
	chmod 755 "$test_folder" && chmod 777 .
	cp "$PLI" ./pli
	cp "$K/p256.pem" cert
	chmod 755 pli && chmod 644 cert p256.pli
	"${as[@]}" ./pli --version >/dev/null 2>&1 || skip "nobody cannot run pli here"
else
	cp "$PLI" ./pli
	cp "$K/p256.pem" cert
fi
mkfifo key

# waiting COMMAND...: runs it in the background, as nobody where this is root.
waiting()
{
	last="$*"
	"${as[@]}" "$@" >"$out" 2>"$err" &
	job=$!
	sleep 0.5
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
waiting sleep 30
seen "$job" || skip "others of one's own cannot be looked into here"
[ "$(core_limit "$job")" = unlimited ] || problem "a core file of: $(core_limit "$job")"
kill "$job"
wait "$job" 2>/dev/null
chmod 666 key
last="pli seal, waiting for its input"
"${as[@]}" ./pli seal --no-sync -r cert -o x - < <(exec sleep 5) >"$out" 2>"$err" &
job=$!
sleep 0.5
seen "$job" || problem "sealing, which has no key, cannot be looked into"
{ kill -9 "$job" && wait "$job"; } 2>/dev/null

# Waiting for the very first byte of the key.
for verb in open verify list generate; do
	case $verb in
	open) waiting ./pli open -k key --cert cert -o x p256.pli ;;
	generate) waiting ./pli keys generate --name name --p12 new.p12 --cert-out new.pem --passout file:key ;;
	*) waiting ./pli "$verb" -k key --cert cert p256.pli ;;
	esac
	kill -0 "$job" 2>/dev/null || problem "did not wait for its key"
	! seen "$job" || problem "can be looked into"
	[ "$(core_limit "$job")" = 0 ] || problem "a core file of $(core_limit "$job")"
	if command -v gdb >/dev/null; then
		! "${as[@]}" gdb -q -batch -p "$job" -ex 'info proc' >trace 2>&1 || true
		! grep -q '^process [0-9]' trace || problem "a debugger came in"
	fi
	kill -ABRT "$job"
	wait "$job" 2>/dev/null
	[ $? -eq 134 ] || problem "not ended by the signal"
done
[ -z "$(find . -name 'core*')" ] || problem "a core file: $(find . -name 'core*')"
echo "neither core files nor tracing while a key is loaded"

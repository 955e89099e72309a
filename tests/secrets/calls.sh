#!/usr/bin/env bash
# Private keys, passphrases and content keys are in nothing that is written, sent or started: no argument, log, temporary file or environment.
. "$(dirname "$0")/marks.sh"

# Under a sanitizer: its search for leaks wants to trace the process itself.
export ASAN_OPTIONS=${ASAN_OPTIONS:+$ASAN_OPTIONS:}detect_leaks=0
command -v strace >/dev/null || skip "strace is not installed"
strace -f -o trace true 2>/dev/null || skip "nothing can be traced here"

# pieces prints what to look for, as strace -xx shows bytes: begins, middles and ends of the secrets.
pieces()
{
	local name value at
	while read -r name value; do
		[ "$name" != plaintext ] || continue
		for at in 0 $(((${#value} / 4 - 6) * 2)) $((${#value} - 24)); do
			[ "$at" -ge 0 ] || at=0
			printf '%s\n' "${value:at:22}" | tr 'A-F' 'a-f' | sed 's/../\\x&/g'
		done
	done <marks | sort -u
}

# What learns the content keys; their names in the report are letters, and what is sought are bytes.
learning=()
if ! grep -q -e __asan_init -e __tsan_init "$PLI"; then
	learning=(-E "LD_PRELOAD=${MARKS_LIBRARY:?}" -E "MARKS=$PWD/marks" -E "REPORT=$PWD/report")
fi

# traced runs it; what it wrote, sent and started is in trace, in one line each.
traced()
{
	rm -rf trace x x.d
	run "$1" strace -f -qq -xx -v -s 4194304 -o trace "${with[@]}" \
		-e trace=write,pwrite64,writev,pwritev,pwritev2,sendto,sendmsg,sendmmsg,execve,mmap,memfd_create,splice \
		"${@:2}"
	grep -q execve trace || problem "nothing was traced"
}

with=()
pieces >sought
[ "$(wc -l <sought)" -ge 20 ] || { echo "too few pieces"; exit 1; }
for file in p256.pkcs8.der rsa2048.pkcs8.der passphrase; do
	traced 0 dd status=none if="$K/$file"
	grep -qFf sought trace || problem "not found where it is written: $file"
done
traced 0 env "WORDS=$(cat "$K/passphrase")" true
grep -qFf sought trace || problem "not found in an environment"

runs=0
learned=0
index=none
silent()
{
	rm -f report
	with=("${learning[@]}")
	traced "$@"
	runs=$((runs + 1))
	if [ "${#learning[@]}" -gt 0 ]; then
		sed -n 's/^learned content //p' report >keys
		learned=$((learned + $(wc -l <keys)))
		sed 's/^\(.\{22\}\).*\(.\{22\}\)$/\1\n\2/; s/[0-9a-f][0-9a-f]/\\x&/g' keys >sought_keys
		! grep -oFf sought_keys trace >found || problem "a content key was written: $(sort found | uniq -c | head -n 5)"
	fi
	# A file that a secret were mapped into would show as shared and writable.
	! grep -E 'PROT_WRITE.*MAP_SHARED, [0-9]' trace | grep -vF "$index" >found || problem "mapped: $(head -n 3 found)"
	! grep -oFf sought trace >found || problem "written: $(sort found | uniq -c | head -n 5)"
	sed 's/^[^ ]* //; s/\(.\{22\}\).*/\1/' marks | grep -v '^$' >printable
	! grep -qFf printable "$out" "$err" || problem "printed"
}

for kind in p256 rsa2048; do
	for verbose in -v -q --json; do
		cert=(--cert "$K/$kind.pem")
		silent 0 "$PLI" open "$verbose" --no-sync -k "$K/$kind.key" "${cert[@]}" -o x "$kind.pli"
		for form in trad.enc.pem pkcs8.enc.der p12; do
			silent 0 "$PLI" open "$verbose" --no-sync -k "$K/$kind.$form" "${cert[@]}" \
				--passin "file:$K/passphrase" -o x "$kind.pli"
			silent 12 "$PLI" open "$verbose" --no-sync -k "$K/$kind.$form" "${cert[@]}" \
				--passin "file:$K/wrong" -o x "$kind.pli"
		done
	done
done
input=$K/passphrase silent 0 "$PLI" open -q --no-sync -k "$K/p256.p12" --passin stdin -C x.d d.pli
silent 11 "$PLI" open --no-sync -k "$K/p256.both.pem" -o x bad.pli
silent 13 "$PLI" open --no-sync -k "$K/rsa2048.both.pem" -o x p256.pli
silent 14 "$PLI" open --no-sync -k "$K/p256.key" -o x p256.pli

# pli keys: what it makes, and what it is given. SQLite maps the index of its log, which holds numbers of pages.
index='mmap(NULL, 32768, '
key=(-k "$K/p256.p12" --passin "file:$K/passphrase")
silent 0 "$PLI" keys generate --no-sync --register r.db --service CEA --name Anna --type p256 --p12 anna.p12 \
	--cert-out anna.pem --passout "file:$K/passphrase"
silent 0 "$PLI" keys renew --no-sync --register r.db Anna --type p256 --p12 anna2.p12 --passout file:new
silent 0 "$PLI" keys import --register r.db --service CEA --name Bruno "$K/p256.both.pem"
silent 0 "$PLI" keys import --register r.db --service CEA --name Carla "$K/rsa2048.pem" -k "$K/rsa2048.p12" \
	--passin "file:$K/passphrase"
silent 0 "$PLI" keys test --register r.db Bruno "${key[@]}"
silent 12 "$PLI" keys test --register r.db Bruno "${key[@]:0:2}" --passin "file:$K/wrong"
for kind in p256 rsa2048; do
	silent 0 "$PLI" keys convert --no-sync "$K/$kind.p12" "$kind.p12" --passin "file:$K/passphrase" --passout file:new
done

# Both ends of a content key.
for kind in p256 rsa2048; do
	silent 0 "$PLI" seal --no-sync --raw -r "$K/$kind.pem" -o x "$K/passphrase"
	silent 0 "$PLI" seal -v --raw -r "$K/$kind.pem" -o - "$K/passphrase"
	silent 0 "$PLI" seal --json --no-sync -r "$K/$kind.pem" -o x "$K/$kind.pem" "$K/wrong"
	silent 0 "$PLI" verify -v -k "$K/$kind.both.pem" "$kind.pli"
	silent 0 "$PLI" open -k "$K/$kind.both.pem" -o - "$kind.pli"
	PLI_BACKEND=gcrypt silent 0 "$PLI" open --no-sync -k "$K/$kind.both.pem" -o x "$kind.pli"
done
silent 0 "$PLI" list --json -k "$K/p256.both.pem" d.pli
[ "${#learning[@]}" -eq 0 ] || [ "$learned" -ge "$runs" ] || problem "$learned content keys were learned in $runs runs"
echo "$runs runs, nothing secret in what was written, sent or started"

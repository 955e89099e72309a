#!/usr/bin/env bash
# Every kind of recipient, every kind of end, sizes around the segment: what went in comes out.
. "$(dirname "$0")/lib.sh"

content f 3000000

for key in rsa2048 rsa3072 p256 p384 p521 nousage; do
	auth=(-k "$K/$key.key" --cert "$K/$key.pem")
	seal file.pli f "$key"
	stdout_empty
	open_with "$key" file.out file.pli
	stdout_empty
	same file.out f
	run 0 pli verify "${auth[@]}" file.pli

	for end in input piped; do
		declare "$end=f"
		run 0 pli seal -r "$K/$key.pem" -o - -
		cp "$out" "$end.pli"
		run 0 pli seal -r "$K/$key.pem" -o "to.$end.pli" -
		declare "$end=$end.pli"
		run 0 pli open "${auth[@]}" -o - -
		same "$out" f
		run 0 pli open "${auth[@]}" -o "from.$end.out" -
		same "from.$end.out" f
		run 0 pli verify "${auth[@]}" -
		input=/dev/null
		piped=
		run 0 pli open "${auth[@]}" -o - "$end.pli"
		same "$out" f
		open_with "$key" "to.$end.out" "to.$end.pli"
		same "to.$end.out" f
	done
	rm -f ./*.out ./*.pli
done

# True pipes: no end can be rewound.
pli seal -r "$K/p256.pem" -o - - < <(cat f) | pli open -k "$K/p256.both.pem" -o - - | cat >piped
last="seal | open"
same piped f

# A file under a redirection.
pli seal -r "$K/p256.pem" -o - - <f >redirected.pli
pli open -k "$K/p256.both.pem" -o - - <redirected.pli >redirected
same redirected f

# Appending: what stands before stays.
printf 'before' >appended
pli seal --raw -r "$K/p256.pem" -o - f >>appended
tail -c +7 appended >appended.pli
open_with p256 appended.out appended.pli
same appended.out f

for size in 0 1 15 16 17 1048575 1048576 1048577 5242880; do
	content s "$size"
	for threads in 0 1 2 5; do
		run 0 pli seal --no-sync -j "$threads" --raw -r "$K/p256.pem" -o s.pli s
		piped=s run 0 pli seal -j "$threads" -r "$K/p256.pem" -o - -
		cp "$out" t.pli
		for envelope in s.pli t.pli; do
			run 0 pli open --no-sync -j "$threads" -k "$K/p256.both.pem" -o s.out "$envelope"
			same s.out s
			run 0 pli open -j "$threads" -k "$K/p256.both.pem" -o - "$envelope"
			same "$out" s
			rm -f s.out
		done
		rm -f s.pli
	done
done

# An empty file is sealed, with a warning.
: >empty
run 0 pli seal --raw -r "$K/p256.pem" -o empty.pli empty
stderr_has empty
run 0 pli seal -q --raw -r "$K/p256.pem" -o quiet.pli f
stderr_empty

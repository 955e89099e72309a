#!/usr/bin/env bash
# Names in composed and in decomposed Unicode form are kept as they are, also side by side.
. "$(dirname "$0")/lib.sh"

auth=(-k "$K/p256.both.pem")
composed=$(printf '\303\251t\303\251')
decomposed=$(printf 'e\314\201te\314\201')

mkdir a b
printf 'decomposed\n' >"a/$decomposed"
run 0 pli seal --no-sync -r "$K/p256.pem" -o a.pli a
run 0 pli open --no-sync "${auth[@]}" -C out a.pli
same_tree a out/a/a

printf 'decomposed\n' >"b/$decomposed"
printf 'composed\n' >"b/$composed"
run 0 pli seal --no-sync -r "$K/p256.pem" -o b.pli b
run 0 pli open --no-sync "${auth[@]}" -C out b.pli
same_tree b out/b/b

# As GNU tar writes them, in each of its formats.
for format in gnu pax; do
	tar -c --format="$format" -f "$format.tar" b
	seal "$format.pli" "$format.tar" p256
	run 0 pli open --no-sync "${auth[@]}" -C out "$format.pli"
	same_bytes b "out/$format/b"
done

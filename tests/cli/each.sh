#!/usr/bin/env bash
# Hundreds of bids: sealed each into its own envelope and opened together; one that is damaged stops no other.
. "$(dirname "$0")/lib.sh"
umask 022

auth=(-k "$K/p256.both.pem")
count=100
mkdir bids
content random 40000
for i in $(seq -w "$count"); do
	mkdir -p "bids/offre $i/annexes"
	head -c $((1 + 10#$i * 397)) random >"bids/offre $i/mémoire.bin"
	printf 'bid %s\n' "$i" >"bids/offre $i/annexes/prix.csv"
done

run 0 pli seal --no-sync --json --each -C sealed -r "$K/p256.pem" -r "$K/rsa3072.pem" bids/*
json "[.[] | select(.type == \"sealed\")] | length == $count and all(.committed == \"yes\" and .files == 2 and
	(.recipients | length) == 2 and .warnings == [] and (.output | startswith(\"sealed/offre \")))"
json ".[-1] | .type == \"summary\" and .ok == $count and .failed == 0 and .schema == 1"
number_in sealed "$count"

run 0 pli open --no-sync "${auth[@]}" -C opened sealed/*.pli
for i in $(seq -w "$count"); do
	[ -d "opened/offre $i/offre $i" ] && mv "opened/offre $i/offre $i" "opened/offre $i/x" &&
		mv "opened/offre $i" "opened/$i" && mv "opened/$i/x" "opened/offre $i" && rmdir "opened/$i"
done
same_tree bids opened
rm -rf opened

# One of them damaged: 3, and all others are complete.
cp -r sealed some
flip "some/offre 042.pli" -1000
run 3 pli open --no-sync --json "${auth[@]}" -C opened some/*.pli
json "[.[] | select(.type == \"opened\")] | length == $((count - 1)) and all(.authenticated)"
json '[.[] | select(.type == "failed")] | length == 1 and (.[0] | .file == "some/offre 042.pli" and .code == 11 and
	.id == "authentication" and (.message | length > 0))'
json ".[-1] | .type == \"summary\" and .ok == $((count - 1)) and .failed == 1"
number_in opened $((count - 1))
for i in $(seq -w "$count"); do
	[ "$i" = 042 ] || same_bytes "bids/offre $i" "opened/offre $i/offre $i"
done
absent "opened/offre 042"

# Said in words, too: the failure, and a table.
rm -rf opened
run 3 pli open --no-sync "${auth[@]}" -C opened some/*.pli
stderr_has "offre 042.pli"
[ "$(grep -c 'offre 0' "$err")" -ge 99 ] || problem "the table does not name all"
stdout_empty

# A second time: all are there.
run 15 pli open --no-sync -q "${auth[@]}" -C opened "some/offre 001.pli" "some/offre 002.pli"
same_bytes "bids/offre 001" "opened/offre 001/offre 001"

run 3 pli verify --json "${auth[@]}" some/*.pli
json "([.[] | select(.type == \"opened\")] | length == $((count - 1)) and all(.output == null and
	(.files | length) == 2)) and .[-1].failed == 1"
run 0 pli verify "${auth[@]}" sealed/*.pli
run 0 pli list --json "${auth[@]}" "sealed/offre 007.pli"
json '.[0] | .type == "opened" and .file == "sealed/offre 007.pli" and .key.serial != "" and .files == [
	{ path: "offre 007/annexes/prix.csv", bytes: 8 }, { path: "offre 007/mémoire.bin", bytes: 2780 }]'
refuse 2 list "${auth[@]}" "sealed/offre 001.pli" "sealed/offre 002.pli"

# One key that fits none, one missing envelope.
refuse 16 verify "${auth[@]}" none.pli
run 13 pli open -q --no-sync -k "$K/other.key" --cert "$K/other.pem" -C none sealed/*1.pli
absent none
run 3 pli verify -q "${auth[@]}" none.pli "sealed/offre 001.pli"

# Two that would fall on each other: refused before anything, when sealing; when opening, the second.
mkdir -p "other/offre 001"
printf 'x\n' >"other/offre 001/x"
refuse 2 seal --each -C twice -r "$K/p256.pem" "bids/offre 001" "other/offre 001"
cp -r sealed again
run 3 pli open --no-sync -q "${auth[@]}" -C twice "sealed/offre 001.pli" "again/offre 001.pli"
stderr_has "offre 001"
same_bytes "bids/offre 001" "twice/offre 001/offre 001"

# Of several bids one cannot be sealed: the others are, and it is named.
ln -s /etc/passwd "other/offre 001/link"
run 3 pli seal --no-sync --json --each -C part -r "$K/p256.pem" "other/offre 001" "bids/offre 002"
json '[.[] | select(.type == "failed")] | length == 1 and .[0].code == 17 and (.[0].message | contains("link"))'
holds part "offre 002.pli"

# Envelopes that exist are not replaced, but with --force.
run 15 pli seal --no-sync -q --each -C part -r "$K/p256.pem" "bids/offre 002"
run 0 pli seal --no-sync -q --force --each -C part -r "$K/p256.pem" "bids/offre 002"

# Even then never what is itself sealed by the same command, whatever it is called, whichever comes first, and in folders, too.
mkdir spared spared/fold spared/far
printf 'one\n' >spared/one
printf 'PRECIOUS ORIGINAL\n' >spared/one.pli
printf 'x\n' >spared/fold/a
printf 'precious\n' >spared/fold/a.pli
ln spared/one.pli spared/hard
ln -s one.pli spared/soft
ln spared/one.pli spared/far/one.pli
ln -s spared/fold linked
each=(seal --force --each --raw -r "$K/p256.pem")
refuse 15 "${each[@]}" -C spared spared/one spared/one.pli
stderr_has 'spared/one.pli is one of the files that are sealed'
refuse 15 "${each[@]}" -C spared spared/one.pli spared/one
for other in spared/../spared/./one.pli spared/hard spared/soft; do
	refuse 15 "${each[@]}" -C ./spared// random "$other" spared/one
done
refuse 15 "${each[@]}" -C spared/far spared/one.pli random spared/one
each=(seal --force --each -r "$K/p256.pem")
refuse 15 "${each[@]}" -C spared/fold spared/fold/a spared/fold
refuse 15 "${each[@]}" -C linked spared/fold spared/fold/a
refuse 15 "${each[@]}" -C spared/fold/../fold random spared/fold/a spared
# Nor is a folder sealed in which the same run makes envelopes: whether they are in it would be a matter of time.
mkdir -p around/in/deep around/out
printf 'x\n' >around/in/deep/x
ln -s around/in/deep deep
each=(seal --each -r "$K/p256.pem")
for to in around/in around/in/ around/in/deep around/in/new deep around/out/../in; do
	refuse 15 "${each[@]}" -C "$to" random around/in
	stderr_has "would lie inside of around/in, which is sealed itself"
	stderr_has "hint: name a folder outside of it with -C"
	refuse 15 "${each[@]}" -C "$to" around/in random
done
refuse 15 "${each[@]}" -C deep --force random around
(cd around/in && refuse 15 "${each[@]}" -C . ../in ../../random; exit "$problems") || problem "from inside"
# Beside it, and beside what is sealed in it, there is room.
(cd around && run 0 pli seal -q --no-sync --each -C . -r "$K/p256.pem" in ../random; exit "$problems") || problem "beside"
run 0 pli seal -q --no-sync --each -C around/out -r "$K/p256.pem" around/in around/in/deep random
holds around/out deep.pli in.pli random.pli
run 0 pli seal -q --no-sync --each --force -C around/in -r "$K/p256.pem" around/in/deep random
run 0 pli seal -q --no-sync -r "$K/p256.pem" -o around/in/x.pli around/in/deep
# What cannot be sealed anyway stops no other.
run 3 pli seal --no-sync -q --force --each -C part -r "$K/p256.pem" none "bids/offre 002" "other/offre 001"
# Files, as they are.
run 0 pli seal --no-sync -q --raw --each -C raw -r "$K/p256.pem" random "bids/offre 003/annexes/prix.csv"
run 0 pli open --no-sync -q "${auth[@]}" -C plain raw/*.pli
same random plain/random
same "bids/offre 003/annexes/prix.csv" plain/prix.csv

# Slashes behind a name are no part of it. A folder that was made for nothing is taken away again.
run 0 pli seal --no-sync -q --each -C slashes// -r "$K/p256.pem" "bids/offre 004//"
holds slashes "offre 004.pli"
run 0 pli open --no-sync --json "${auth[@]}" -C slashes/ "slashes/offre 004.pli"
json '.[0].output == "slashes/offre 004"'
same_bytes "bids/offre 004" "slashes/offre 004/offre 004"
cp "slashes/offre 004.pli" ..pli
run 0 pli open --no-sync -q "${auth[@]}" -C dots ..pli
holds dots ..pli
mv ..pli bad.pli
flip bad.pli -1
run 11 pli open -q "${auth[@]}" -C nothing bad.pli bad.pli
absent nothing
run 16 pli open -q "${auth[@]}" -C no/such bad.pli
run 16 pli open -q "${auth[@]}" -C random "slashes/offre 004.pli"
stderr_has random
# An input under another name is the input still: it is not replaced.
run 15 pli seal -q --raw --force -r "$K/p256.pem" -o ./random bids/../random
same random plain/random

# What the files hold, in words.
run 0 pli open --no-sync "${auth[@]}" --digests -C digests "slashes/offre 004.pli"
(cd digests && sha256sum "offre 004/offre 004/annexes/prix.csv") >sum
stdout_has "$(cut -d ' ' -f 1 sum)"
run 0 pli list "${auth[@]}" --digests "slashes/offre 004.pli"
stdout_has "$(cut -d ' ' -f 1 sum)"

# Each record names the PATH, too, as it is.
mkdir named && content named/$'caf\xe9' 100
run 0 pli seal --each --raw --json -r "$K/p256.pem" -C named.out named/*
json '.[0] | .path_hex == "6e616d65642f636166e9" and (.file | startswith("named/caf")) and (.output_hex | endswith("636166e92e706c69"))'

#!/usr/bin/env bash
# EnvelopedData: what every output says of it, which flags it takes, and what --profile cbc says when it writes it.
. "$(dirname "$0")/lib.sh"

content f 70000
key=$K/rsa2048.both.pem
accept=(--accept-unauthenticated --accept-legacy)

# As a user types it.
run 0 openssl cms -encrypt -binary -aes-256-cbc -outform DER -in f -out f.p7m "$K/rsa2048.pem"
refuse 19 open -k "$key" -o out f.p7m
stderr_has --accept-unauthenticated
stderr_has --accept-legacy
refuse 19 open -k "$key" --accept-legacy -o out f.p7m
refuse 19 verify -k "$key" --accept-unauthenticated f.p7m
stderr_has "f.p7m: "
stderr_has --accept-legacy
stderr_has rsa_padding_mode:oaep
refuse 19 list -k "$key" f.p7m
run 0 pli open -k "$key" "${accept[@]}" -o out f.p7m
stderr_has "NOT authenticated"
same out f
for verb in "open --force -o out" verify list; do
	# A verb and its options.
	# shellcheck disable=SC2086
	run 0 pli $verb --json -k "$key" "${accept[@]}" f.p7m
	json '.[0].type == "opened" and .[0].authenticated == false and .[0].container == "EnvelopedData" and
		.[0].cipher == "aes-256-cbc"'
	# shellcheck disable=SC2086
	run 0 pli $verb -k "$key" "${accept[@]}" f.p7m
	if [ "$verb" = verify ]; then
		stdout_has "NOT authenticated"
	else
		stderr_has "NOT authenticated"
	fi
done
run 0 pli open -k "$key" "${accept[@]}" -o - f.p7m
same "$out" f
stderr_has "NOT authenticated"

# A key on a curve needs no --accept-legacy.
run 0 openssl cms -encrypt -binary -stream -aes-128-cbc -outform DER -in f -out e.p7m "$K/p256.pem"
run 0 pli open -k "$K/p256.both.pem" --accept-unauthenticated --force -o out e.p7m
same out f
run 0 pli inspect --json e.p7m f.p7m
json '.[0].problems | any(contains("--accept-unauthenticated"))'
json '.[1].problems | any(contains("--accept-legacy"))'

# Whatever is asked for, and of however many: what an option let pass is said, each time and of each.
no_tag='NOT authenticated: whoever carried it'
legacy='let pass by --accept-legacy'
for options in "list -q" "verify -q" "verify -q --digests" "open -q -C quiet" "open -q --force -o out" "open -q -o -"; do
	# shellcheck disable=SC2086
	run 0 pli $options --no-input -k "$key" "${accept[@]}" f.p7m
	stderr_has "pli: warning: f.p7m: $no_tag"
	stderr_has "$legacy"
	[ "$(wc -l <"$err")" -eq 2 ] || problem "not two warnings alone"
done
rm -r quiet
run 0 pli list --json -k "$key" "${accept[@]}" f.p7m
json ".[0].warnings | length == 2 and (.[0] | contains(\"$no_tag\")) and (.[1] | contains(\"$legacy\"))"
seal auth.pli f p256
run 0 pli verify --accept-unauthenticated -k "$K/p256.both.pem" auth.pli e.p7m
grep -q '^verified .* no  *auth.pli$' "$out" || problem "auth.pli is not said to be verified"
grep -q '^NOT authenticated .* -  *e.p7m$' "$out" || problem "e.p7m is not said to be not authenticated"
stdout_has "1 verified, but NOT authenticated: anybody could have changed the content"
stdout_has "1 not committed"
stderr_has "pli: warning: e.p7m: $no_tag"
[ "$(wc -l <"$err")" -eq 1 ] || problem "not one warning alone"
run 0 pli open -q --no-sync --accept-unauthenticated -k "$K/p256.both.pem" -C quiet auth.pli e.p7m
stderr_has "pli: warning: e.p7m: $no_tag"
run 0 pli verify --json --accept-unauthenticated -k "$K/p256.both.pem" auth.pli e.p7m
json '(.[0].warnings == []) and (.[1].warnings | length == 1) and (.[2] | has("warnings") | not)'

# A tag that is cut to 13 bytes, in an envelope of indefinite length: no other length changes.
piped=f run 0 pli seal --no-sync -r "$K/p256.pem" -o - -
od -An -v -tx1 "$out" | tr -d ' \n' |
	sed -E 's/(040c.{24}0201)10/\10d/; s/0410(.{26}).{6}(0+)$/040d\1\2/' |
	tr a-f A-F | basenc --base16 -d >tag.pli
refuse 19 verify -k "$K/p256.both.pem" tag.pli
run 0 pli verify -q --accept-short-tag -k "$K/p256.both.pem" tag.pli
stderr_has "let pass by --accept-short-tag"
run 0 pli verify --json --accept-short-tag -k "$K/p256.both.pem" tag.pli auth.pli
json '(.[0].warnings | length == 1 and (.[0] | contains("--accept-short-tag"))) and .[1].warnings == []'

# RSA PKCS#1 v1.5 in an AuthEnvelopedData is authenticated all the same.
run 0 openssl cms -encrypt -binary -aes-256-gcm -outform DER -in f -out g.p7m "$K/rsa2048.pem"
refuse 19 open -k "$key" -o x g.p7m
run 0 pli verify --json -k "$key" --accept-legacy g.p7m
json '.[0].authenticated == true and (.[0].warnings | length == 1 and (.[0] | contains("--accept-legacy")))'

# Damage at the end: the words of any authentication failure, and nothing is left.
rm out
cp f.p7m bad.p7m
flip bad.p7m -17
refuse 11 open -k "$key" "${accept[@]}" -o x bad.p7m
stderr_has "authentication failed"
run 11 pli open -k "$key" "${accept[@]}" -o - bad.p7m
stdout_empty
head -c 40000 e.p7m >short.p7m
refuse 10 open -k "$K/p256.both.pem" --accept-unauthenticated -o x short.p7m

# --profile cbc: warns, in words and in JSON, alone and of each; archives open.
mkdir -p bid/annexes in
cp f bid/offer
cp f bid/annexes/a
run 0 pli seal --no-sync --profile cbc -r "$K/rsa2048.pem" -o bid.pli bid
stderr_has "nothing authenticates"
run 0 pli seal --no-sync --json --profile cbc -r "$K/rsa2048.pem" -r "$K/p256.pem" --each -C sealed f bid
json '[.[] | select(.type == "sealed")] | length == 2 and all(.container == "EnvelopedData" and
	.cipher == "aes-256-cbc" and .recipients[0].key_algorithm == "rsa-pkcs1" and
	(.warnings | any(contains("nothing authenticates"))))'
run 0 pli open --no-sync -k "$key" "${accept[@]}" -C opened bid.pli
same_tree bid opened/bid/bid
json '[.[] | select(.type == "sealed")] | all(.committed == "no")'
# The fixed first block is there, and commits to nothing: what follows can be changed.
for pair in "$K/p256.both.pem" "$K/rsa2048.both.pem"; do
	cp sealed/f.pli changed.pli
	flip changed.pli -5000
	for file in sealed/f.pli changed.pli; do
		run 0 pli verify --json -k "$pair" "${accept[@]}" "$file"
		json '.[0] | .authenticated == false and .committed == "no"'
		refuse 11 open --require-committed -k "$pair" "${accept[@]}" -o x "$file"
		stderr_has "is not authenticated"
		refuse 11 verify --require-committed -k "$pair" "${accept[@]}" "$file"
	done
done
run 0 pli open --no-sync -k "$K/p256.both.pem" --accept-unauthenticated -C each sealed/f.pli sealed/bid.pli
same_tree bid each/bid/bid
run 0 pli seal --no-sync --profile gcm --raw -r "$K/p256.pem" -o gcm.pli f
stderr_has "committed"
run 0 pli verify -k "$K/p256.both.pem" gcm.pli
refuse 2 seal --profile ecb --raw -r "$K/p256.pem" -o x f

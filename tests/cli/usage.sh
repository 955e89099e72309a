#!/usr/bin/env bash
# Wrong command lines end with 2 and say so on stderr; help and version are on stdout.
. "$(dirname "$0")/lib.sh"

printf 'content\n' >f
seal bid.pli f p256

run 2 pli
stdout_empty
run 2 pli frobnicate
stdout_empty
stderr_has frobnicate
run 2 pli --frobnicate
stderr_has --frobnicate

refuse 2 seal --frobnicate -r "$K/p256.pem" -o x.pli f
stderr_has --frobnicate
refuse 2 seal --raw -r "$K/p256.pem" -o x.pli
refuse 2 seal --raw -r "$K/p256.pem" f
refuse 2 seal --raw -o x.pli f
refuse 2 seal --raw -o x.pli f -r
refuse 2 seal --raw -r "$K/p256.pem" -o x.pli f f
refuse 2 seal --raw -r "$K/p256.pem" -o x.pli -o y.pli f
refuse 2 seal --raw -r "$K/p256.pem" --opening tomorrow -o x.pli f
stderr_has tomorrow
refuse 2 seal --raw -r "$K/p256.pem" --opening 2030-02-30T10:00:00Z -o x.pli f
refuse 2 seal --raw -r "$K/p256.pem" -j -1 -o x.pli f
refuse 2 seal --raw -r "$K/p256.pem" -j many -o x.pli f
refuse 2 seal --raw -r "$K/p256.pem" -j '' -o x.pli f
refuse 2 seal --raw -r "$K/p256.pem" --progress sometimes -o x.pli f
refuse 2 seal --raw -r "$K/p256.pem" --lang xx -o x.pli f
refuse 2 open -o x bid.pli
refuse 2 open -k "$K/p256.both.pem" -o x
refuse 2 open -k "$K/p256.both.pem" -o x bid.pli bid.pli
refuse 2 open -k "$K/p256.pkcs8.enc.pem" --passin nowhere:x -o x bid.pli
refuse 2 verify bid.pli
refuse 2 inspect
run 2 pli seal --json --raw -r "$K/p256.pem" -o x.pli
json_error 2

# The options that open knows and seal does not, and the other way round.
refuse 2 seal --raw -k "$K/p256.key" -r "$K/p256.pem" -o x.pli f
refuse 2 open -r "$K/p256.pem" -k "$K/p256.both.pem" -o x bid.pli

# What was meant is guessed, where it is near.
run 2 pli sael
stderr_has "did you mean seal?"
run 2 pli serller
stderr_has "did you mean sceller?"
run 2 pli "$(printf 'seal%.0s' $(seq 20))"
stderr_has "pli --help lists the commands"
run 2 pli vérifier
stderr_has "did you mean verifier?"
run 2 pli clés
stderr_has "did you mean cles?"
run 2 pli $'cle\u0301s'
stderr_has "did you mean cles?"
run 2 pli keys générer
stderr_has "did you mean generer?"
refuse 2 keys generate --name Anna Martin --p12 a.p12
stderr_has "a name with spaces is written in quotes"
refuse 2 keys generate Anna --p12 a.p12
stderr_has "hint: --name NAME"
refuse 2 seal --recipeint "$K/p256.pem" -o x.pli f
stderr_has "did you mean --recipient?"

# Each of the ways to write an option; one without a value takes none.
run 0 pli seal --raw --threads=2 "-r$K/p256.pem" --output=ways.pli f
run 0 pli open "-k$K/p256.both.pem" -oways.out ways.pli
same ways.out f
rm -f ways.pli ways.out
refuse 2 seal --raw=yes -r "$K/p256.pem" -o x.pli f
stderr_has "--raw takes no value"

# What does not go together.
mkdir folder
refuse 2 open -k "$K/p256.both.pem" -o x -C folder bid.pli
stderr_has "-o and -C do not go together"
refuse 2 open -k "$K/p256.both.pem" -o x --digests bid.pli
stderr_has --digests
refuse 2 open -k "$K/p256.both.pem" --passin "file:$K/passphrase" --passin "file:$K/passphrase" -o x bid.pli
stderr_has "given 2 times, and -k only 1 times"
refuse 2 open -k "$K/p256.p12" --passin stdin -o x -
stderr_has "both the envelope and the passphrase"
refuse 2 verify -k "$K/p256.both.pem" - -
stderr_has "given twice"
refuse 2 inspect - -
stderr_has "given twice"
refuse 2 seal -r "$K/p256.pem" -o x.pli f -
stderr_has "sealed alone"
refuse 2 seal --each -r "$K/p256.pem" -C folder -
stderr_has "sealed alone"
refuse 2 seal --raw -r "$K/p256.pem" -o x.pli folder
stderr_has "folder is a folder"
refuse 2 seal --raw --strict -r "$K/p256.pem" -o x.pli f
stderr_has --strict
refuse 2 seal --each -r "$K/p256.pem" -o x.pli f
stderr_has "--each goes with -C"
refuse 2 seal -r "$K/p256.pem" -C folder f
stderr_has "-C goes with --each"
refuse 2 seal --each -r "$K/p256.pem" -C folder f ..
stderr_has ".. has no name"
refuse 2 doctor operand
stderr_has "no operand"
rmdir folder

# Sizes have units, and a limit; dates may have fractions and an offset.
run 0 pli verify -k "$K/p256.both.pem" --max-size 1K bid.pli
refuse 2 verify -k "$K/p256.both.pem" --max-size 20000000T bid.pli
refuse 2 verify -k "$K/p256.both.pem" --max-size 1X bid.pli
refuse 2 verify -k "$K/p256.both.pem" --max-size 0 bid.pli
day=$(date -u -d '+30 days' +%F)
for date in "${day}T10:00:00.25Z" "${day}T10:00:00.5+01:30" "${day}t10:00:60-23:59"; do
	run 0 pli seal --raw -r "$K/p256.pem" --opening "$date" -o dated.pli f
	rm -f dated.pli
done
for time in 10:00:00.Z 10:00:00.5 10:00:00+24:00 10:00:00+0130 10:00:00+01:60 24:00:00Z 10:00:61Z 10:60:00Z; do
	date=${day}T$time
	refuse 2 seal --raw -r "$K/p256.pem" --opening "$date" -o x.pli f
	stderr_has "$date"
done

run 0 pli help
cp "$out" help
run 0 pli --help
same "$out" help
run 0 pli help open
cp "$out" help
run 0 pli open --help
same "$out" help
run 2 pli help frobnicate
stderr_has frobnicate
rm -f help

run 0 pli --version
stdout_has pli
stderr_empty
version=$(sed 's/pli \([^ ]*\) .*/\1/' "$out")
run 0 pli --json --version
json ".[0] == {type: \"version\", version: \"$version\", libcrypto: .[0].libcrypto} and (.[0].libcrypto | test(\"^OpenSSL\"))"
json '.[-1] | .type == "summary" and .schema == 1'
stderr_empty
run 0 pli --help
stdout_has seal
stdout_has open
stdout_has inspect
stderr_empty
for verb in seal open verify inspect doctor; do
	run 0 pli "$verb" --help
	stdout_has "$verb"
	stderr_empty
done

for words in seal open verify list inspect doctor keys "keys generate" "keys list" "keys convert"; do
	# shellcheck disable=SC2086
	run 0 pli $words --help
	[ "$(sed "/^Options/q" "$out" | grep -v "pli " | wc -L)" -le 90 ] || problem "a long line in the help"
done
# Help speaks of options that the command has.
run 0 pli keys convert --help
grep -q -e '-k' "$out" && problem "keys convert has no -k"
for words in verify list inspect; do
	run 0 pli "$words" --help
	grep -q -e '-o -' "$out" && problem "$words has no -o"
done

# A file whose name begins with a dash goes after "--".
cp f ./-f
run 0 pli seal --raw -r "$K/p256.pem" -o dash.pli -- -f
open_with p256 dash.out dash.pli
same dash.out f

# What is missing is named.
refuse 2 seal -r "$K/p256.pem" --opening 2027-03-01T12:00:00 -o x f
stderr_has "time zone"
refuse 2 seal -r "$K/p256.pem" --each f
stderr_has "needs -C DIR"
refuse 2 keys generate --name N --p12 n.p12 --days 100000
stderr_has 99999

# What a signal ends with is in the table of exit codes.
run 0 pli open --help
stdout_has "interrupted (143: terminated, 129: hung up)"

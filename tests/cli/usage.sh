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

run 0 pli --version
stdout_has pli
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

# A file whose name begins with a dash goes after "--".
cp f ./-f
run 0 pli seal --raw -r "$K/p256.pem" -o dash.pli -- -f
open_with p256 dash.out dash.pli
same dash.out f

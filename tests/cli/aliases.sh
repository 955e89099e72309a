#!/usr/bin/env bash
# The French verbs do what the English ones do.
. "$(dirname "$0")/lib.sh"

content f 5000
run 0 pli sceller --raw -r "$K/p256.pem" -o bid.pli f
run 0 pli ouvrir -k "$K/p256.both.pem" -o x bid.pli
same x f
run 0 pli verifier -k "$K/p256.both.pem" bid.pli
run 0 pli examiner bid.pli
cp "$out" french
run 0 pli inspect bid.pli
same "$out" french
run 2 pli sceller
run 13 pli ouvrir -k "$K/other.key" --cert "$K/other.pem" -o y bid.pli
absent y

#!/usr/bin/env bash
# pli keys test: the key at hand opens what is sealed to the register's certificate, and the date is kept.
. "$(dirname "$0")/keys_lib.sh"

at=(--register "$R" --service CEA)
run 0 pli keys import "${at[@]}" --name Anna "$K/p256.pem"
run 0 pli keys import "${at[@]}" --name Bruno "$K/rsa3072.pem"
is Anna '.last_test == null'

run 0 pli keys test "${at[@]}" Anna -k "$K/p256.key" --cert "$K/p256.pem"
is Anna '(.last_test | fromdate) > now - 600 and (.test | contains("aes-256-gcm") and contains("ecdh-sha256"))'
run 0 pli keys tester --json --register "$R" Bruno -k "$K/rsa3072.p12" --passin "file:$K/passphrase"
json '.[0] | .name == "Bruno" and .action == "tested" and (.test | contains("rsaOaep-sha256"))'

# Another key: whose it is, where the register knows it.
refuse 13 keys test "${at[@]}" Anna -k "$K/rsa3072.p12" --passin "file:$K/passphrase"
stderr_has Bruno
refuse 13 keys test "${at[@]}" Anna -k "$K/other.key" --cert "$K/other.pem"
refuse 12 keys test "${at[@]}" Bruno -k "$K/rsa3072.p12" --passin "file:$K/wrong"
refuse 14 keys test "${at[@]}" Anna -k "$K/p256.key" --cert "$K/other.pem"
refuse 2 keys test "${at[@]}" Anna
refuse 2 keys test "${at[@]}" -k "$K/p256.key"
refuse 2 keys test "${at[@]}" Anna -k "$K/p256.key" -k "$K/p384.key"
refuse 2 keys test "${at[@]}" Nobody -k "$K/p256.key" --cert "$K/p256.pem"
refuse 16 keys test "${at[@]}" Anna -k none.key

# Retired keys, too: old envelopes need them.
run 0 pli keys retire "${at[@]}" Anna
run 0 pli keys test "${at[@]}" Anna -k "$K/p256.key" --cert "$K/p256.pem"

# A bare key finds its certificate in the register, and is still told from the others.
run 0 pli keys test "${at[@]}" Anna -k "$K/p256.key"
run 0 pli keys test "${at[@]}" Bruno -k "$K/rsa3072.key"
refuse 13 keys test "${at[@]}" Anna -k "$K/rsa3072.key"
stderr_has 'it is the key "Bruno"'
refuse 14 keys test "${at[@]}" Anna -k "$K/other.key"
refuse 2 keys test "${at[@]}" Nobody -k "$K/p256.key"

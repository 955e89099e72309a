#!/usr/bin/env bash
# What the contract names and this version does not do: 19, in words, and nothing written.
. "$(dirname "$0")/lib.sh"

content f 5000
mkdir folder
cp f folder/
seal bid.pli f p256
seal=(-r "$K/p256.pem" -o x.pli)
auth=(-k "$K/p256.both.pem")

run 0 pli seal --raw --profile gcm "${seal[@]}" f
rm -f x.pli
refuse 19 open -k pkcs11:token=x -o x bid.pli
run 0 pli open --lang en "${auth[@]}" -o x bid.pli
rm -f x

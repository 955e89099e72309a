#!/usr/bin/env bash
# A key that is none of the recipients: 13, and the message says who they are.
. "$(dirname "$0")/lib.sh"

content f 200000
seal bid.pli f rsa3072 p256

for key in other other-rsa; do
	for end in x -; do
		run 13 pli open -k "$K/$key.key" --cert "$K/$key.pem" -o "$end" bid.pli
		stdout_empty
		stderr_has "test $key"
		stderr_has "test rsa3072"
		stderr_has "test p256"
	done
	refuse 13 open -k "$K/$key.key" --cert "$K/$key.pem" -o x bid.pli
	refuse 13 verify -k "$K/$key.key" --cert "$K/$key.pem" bid.pli
done
refuse 13 open -k "$K/other.key" --cert "$K/other.pem" -k "$K/other-rsa.key" \
	--cert "$K/other-rsa.pem" -o x bid.pli
input=bid.pli refuse 13 open -k "$K/other.key" --cert "$K/other.pem" -o x -

# What was there stays, even where it may be replaced.
printf 'old\n' >old
cp old x
run 13 pli open --force -k "$K/other.key" --cert "$K/other.pem" -o x bid.pli
same x old
only bid.pli f old x

# One recipient is spoken of as one, and each message names the envelope.
seal one.pli f rsa3072
refuse 13 verify -k "$K/other.key" --cert "$K/other.pem" one.pli
stderr_has 'one.pli: the key of "test other"'
stderr_has "is not the recipient, issued by"
refuse 13 verify -k "$K/other.key" --cert "$K/other.pem" -k "$K/p256.key" --cert "$K/p256.pem" one.pli
stderr_has ", is the recipient, issued by"
refuse 13 verify -k "$K/other.key" --cert "$K/other.pem" bid.pli
stderr_has "is not one of the 2 recipients"
input=one.pli refuse 13 verify -k "$K/other.key" --cert "$K/other.pem" -
stderr_has 'standard input: the key'

#!/usr/bin/env bash
# Something that is already an envelope is sealed again only on demand.
. "$(dirname "$0")/lib.sh"

content f 100000
seal bid.pli f p256
piped=f run 0 pli seal -r "$K/p256.pem" -o stream.pli -
openssl cms -encrypt -binary -aes-256-cbc -outform DER -in f -out cbc.p7m -recip "$K/rsa2048.pem"

for envelope in bid.pli stream.pli cbc.p7m; do
	refuse 19 seal -r "$K/p256.pem" -o y.pli f "$envelope"
	stderr_has "$envelope is already an envelope"
	refuse 19 seal --raw -r "$K/p256.pem" -o y.pli "$envelope"
	stderr_has "already an envelope"
	stderr_has --allow-nested
	piped=$envelope refuse 19 seal -r "$K/p256.pem" -o y.pli -
	input=$envelope run 19 pli seal -r "$K/p256.pem" -o - -
	stdout_empty
done

run 0 pli seal --raw --allow-nested -r "$K/p256.pem" -o y.pli bid.pli
open_with p256 y.out y.pli
same y.out bid.pli
input=bid.pli run 0 pli seal --allow-nested -r "$K/p256.pem" -o z.pli -
open_with p256 z.out z.pli
same z.out bid.pli

# In an archive; a folder that holds one is sealed with a warning.
run 0 pli seal --allow-nested -r "$K/p256.pem" -o nested.pli bid.pli
mkdir folder && cp f bid.pli folder
run 0 pli seal -r "$K/p256.pem" -o folder.pli folder
stderr_has "itself an envelope"
# --each once more over the same folder seals nothing twice.
mkdir each && cp f each/one
run 0 pli seal --each -r "$K/p256.pem" -C each each/*
rm each/one
run 19 pli seal --each -r "$K/p256.pem" -C each each/*
[[ $(echo each/*) == each/one.pli ]] || problem "not alone: $(echo each/*)"

# What only begins like one is content as any other.
openssl cms -sign -binary -nodetach -outform DER -in f -out signed.p7m -signer "$K/signonly.pem" \
	-inkey "$K/signonly.key"
seal signed.pli signed.p7m p256
openssl x509 -in "$K/p256.pem" -outform DER -out cert.der
seal cert.pli cert.der p256

#!/usr/bin/env bash
# What NSS's cmsutil writes, and that it opens what pli writes in CBC to RSA keys. NSS 3.87 cannot read a message in which any
# recipient is a key on a curve.
PRODUCER="NSS 3.87"
. "$(dirname "$0")/../cli/lib.sh"
. "$here/../interop/foreign_lib.sh"

command -v cmsutil >/dev/null || lacking "cmsutil (package libnss3-tools)"
mkdir db
echo secret >passphrase
run 0 certutil -N -d sql:db --empty-password
for key in rsa2048 rsa3072; do
	openssl pkcs12 -export -keypbe PBE-SHA1-3DES -certpbe PBE-SHA1-3DES -macalg sha1 -inkey "$K/$key.key" \
		-in "$K/$key.pem" -name "$key" -out "$key.p12" -passout file:passphrase
	run 0 pk12util -i "$key.p12" -d sql:db -w passphrase
	run 0 certutil -M -d sql:db -n "$key" -t CTP,CTP,CTP
done
for size in 1 15 16 17 4096 100000; do
	content f "$size"
	for to in rsa2048 rsa3072 "rsa2048 rsa3072"; do
		names=()
		for name in $to; do
			names+=(-r "$name")
		done
		run 0 cmsutil -E -d sql:db "${names[@]}" -i f -o m
		cipher=$(openssl asn1parse -inform DER -in m | grep -o 'des-ede3-cbc\|aes-...-cbc')
		[ "$cipher" = des-ede3-cbc ] && cipher=3des-cbc || cipher=aes-cbc
		for key in $to; do
			opens "EnvelopedData, $cipher, rsa-pkcs1" DER m f "$B/$key.both" "$plain" "$old"
		done
	done
	run 0 pli seal --no-sync --force --profile cbc --raw -r "$K/rsa2048.pem" -r "$K/rsa3072.pem" -o m f
	run 0 cmsutil -D -d sql:db -i m -o o
	same o f
	piped=f run 0 pli seal --no-sync --force --profile cbc -r "$K/rsa2048.pem" -o m -
	run 0 cmsutil -D -d sql:db -i m -o o
	same o f
done
table_done

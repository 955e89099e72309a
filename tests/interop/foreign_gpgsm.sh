#!/usr/bin/env bash
# What gpgsm writes, and that it opens what pli writes in CBC. It knows RSA PKCS#1 v1.5 only here: with keys on curves gpgsm
# 2.2.40 crashes as it imports them.
PRODUCER="gpgsm 2.2"
. "$(dirname "$0")/../cli/lib.sh"
. "$here/../interop/foreign_lib.sh"
. "$here/../interop/gpgsm.sh"

command -v gpgsm >/dev/null || lacking "gpgsm (package gpgsm)"
export GNUPGHOME=$test_folder/gnupg
mkdir -m 700 "$GNUPGHOME"
echo disable-crl-checks >"$GNUPGHOME/gpgsm.conf"
stop_agent()
{
	gpgconf --kill gpg-agent 2>/dev/null
	finish
}
trap stop_agent EXIT

echo secret >passphrase
input=passphrase
gpgsm=(timeout 60 gpgsm --batch --yes --pinentry-mode loopback --passphrase-fd 0)
for key in rsa2048 rsa3072; do
	gpgsm_reads passphrase "$key.p12" openssl pkcs12 -export -keypbe PBE-SHA1-3DES -certpbe PBE-SHA1-3DES -macalg sha1 \
		-inkey "$K/$key.key" -in "$K/$key.pem" -out "$key.p12" -passout file:passphrase
	run 0 "${gpgsm_import[@]}" "$key.p12"
	openssl x509 -in "$K/$key.pem" -noout -fingerprint -sha1 | sed 's/.*=//; s/://g' >"$key.id"
	echo "$(cat "$key.id") S" >>"$GNUPGHOME/trustlist.txt"
done
gpgconf --kill gpg-agent

for size in 0 1 15 16 17 4096 100000; do
	content f "$size"
	for cipher in AES AES192 AES256 3DES; do
		flags=("$plain" "$old")
		[ "$cipher" = 3DES ] && kind=3des-cbc || kind=aes-cbc
		for form in DER PEM; do
			[ "$form" = PEM ] && armor=(--armor) || armor=()
			run 0 "${gpgsm[@]}" "${armor[@]}" --disable-crl-checks --cipher-algo "$cipher" -r "0x$(cat rsa2048.id)" \
				-r "0x$(cat rsa3072.id)" -o m --encrypt f
			for key in rsa2048 rsa3072; do
				opens "EnvelopedData, $kind, rsa-pkcs1" "$form" m f "$B/$key.both" "${flags[@]}"
			done
		done
	done
	run 0 pli seal --no-sync --force --profile cbc --raw -r "$K/rsa2048.pem" -r "$K/rsa3072.pem" -o m f
	run 0 "${gpgsm[@]}" -o o --decrypt m
	same o f
	piped=f run 0 pli seal --no-sync --force --profile cbc -r "$K/rsa2048.pem" -o m -
	run 0 "${gpgsm[@]}" -o o --decrypt m
	same o f
done
table_done

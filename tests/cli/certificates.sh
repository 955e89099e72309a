#!/usr/bin/env bash
# Certificates that bids must not be sealed to: 14, named, nothing written.
. "$(dirname "$0")/lib.sh"

printf 'content\n' >f

for bad in expired future signonly signonly-ec rsa1024 p224 secp256k1 ed25519; do
	refuse 14 seal --raw -r "$K/$bad.pem" -o x.pli f
	stderr_has "$bad"
	stderr_has 'hint: '
	case $bad in
	future) stderr_has "valid now" ;;
	signonly*) stderr_has "this one is for signing" ;;
	rsa1024 | p224 | secp256k1 | ed25519) stderr_has "RSA key of 3072 bits" ;;
	esac
done
refuse 14 seal --raw -r "$K/p256.pem" -r "$K/p256.pem" -o x.pli f
refuse 14 seal --raw -r "$K/p256.pem" -r "$K/p256.cer" -o x.pli f
refuse 14 seal --raw -r "$K/p256.pem" -R "$K/bundle.pem" -o x.pli f
stderr_has p256
stderr_has 'hint: name each certificate once'
refuse 14 seal --raw -r "$K/p256.pub" -o x.pli f
refuse 14 seal --raw -r f -o x.pli f
stderr_has 'hint: a certificate is'

# The key in the place of the certificate, and the other way round.
for key in "$K/p256.key" "$K/p256.pkcs8.enc.pem" "$K/rsa2048.pkcs8.der"; do
	refuse 14 seal --raw -r "$key" -o x.pli f
	stderr_has "$key holds a private key and no certificate"
	stderr_has 'hint: give the certificate'
done
refuse 14 seal --raw -r "$K/p256.p12" -o x.pli f
stderr_has "is a PKCS#12 key file"
stderr_has 'hint: openssl pkcs12 -in FILE -clcerts -nokeys -out CERT.pem'
openssl pkcs12 -in "$K/p256.p12" -passin "file:$K/passphrase" -clcerts -nokeys -out CERT.pem
run 0 pli seal --raw -r CERT.pem -o cert.pli f
for cert in "$K/p256.pem" "$K/p256.cer" "$K/bundle.pem"; do
	refuse 14 open -k "$cert" --passin "file:$K/passphrase" -o x cert.pli
	stderr_has "$cert holds a certificate and no private key"
	stderr_has 'hint: -k takes'
done
refuse 14 open -k f -o x cert.pli
stderr_has 'hint: a key file is'
input=f refuse 14 seal -r "$K/expired.pem" -o x.pli -

# Nothing reaches a pipe either.
run 14 pli seal --raw -r "$K/expired.pem" -o - f
stdout_empty

# The date of the opening counts, unless it is said that it shall not. The keys may be of another year than this.
ends=$(openssl x509 -in "$K/brief.pem" -noout -enddate) || problem "brief.pem does not say when it ends"
ends=$(date -u -d "${ends#*=}" +%s)
soon=$(date -u -d "@$((ends - 86400))" +%FT%T+02:00)
late=$(date -u -d "@$((ends + 86400))" +%FT%TZ)
run 0 pli seal --raw -r "$K/brief.pem" -o now.pli f
run 0 pli seal --raw -r "$K/brief.pem" --opening "$soon" -o soon.pli f
refuse 14 seal --raw -r "$K/brief.pem" --opening "$late" -o x.pli f
stderr_has brief
stderr_has --allow-expiring
refuse 14 seal --raw -r "$K/p256.pem" -r "$K/brief.pem" --opening "$late" -o x.pli f
stderr_has brief
run 0 pli seal --raw -r "$K/brief.pem" --opening "$late" --allow-expiring -o late.pli f
refuse 14 seal --raw -r "$K/expired.pem" --allow-expiring -o x.pli f
refuse 14 seal --raw -r "$K/future.pem" --allow-expiring -o x.pli f

# Expiry never stops an opening.
openssl cms -encrypt -binary -aes-256-gcm -outform DER -in f -out old.pli \
	-recip "$K/expired.pem" -keyopt rsa_padding_mode:oaep -keyopt rsa_oaep_md:sha256
open_with expired old.out old.pli
same old.out f

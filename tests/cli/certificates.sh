#!/usr/bin/env bash
# Certificates that bids must not be sealed to: 14, named, nothing written.
. "$(dirname "$0")/lib.sh"

printf 'content\n' >f

for bad in expired future signonly signonly-ec rsa1024 p224 secp256k1 ed25519; do
	refuse 14 seal --raw -r "$K/$bad.pem" -o x.pli f
	stderr_has "$bad"
done
refuse 14 seal --raw -r "$K/p256.pem" -r "$K/p256.pem" -o x.pli f
refuse 14 seal --raw -r "$K/p256.pem" -r "$K/p256.cer" -o x.pli f
refuse 14 seal --raw -r "$K/p256.pem" -R "$K/bundle.pem" -o x.pli f
stderr_has p256
refuse 14 seal --raw -r "$K/p256.key" -o x.pli f
refuse 14 seal --raw -r "$K/p256.pub" -o x.pli f
refuse 14 seal --raw -r f -o x.pli f
input=f refuse 14 seal -r "$K/expired.pem" -o x.pli -

# Nothing reaches a pipe either.
run 14 pli seal --raw -r "$K/expired.pem" -o - f
stdout_empty

# The date of the opening counts, unless it is said that it shall not.
year=$(date -u +%Y)
late=$((year + 3))-06-01T10:00:00Z
run 0 pli seal --raw -r "$K/brief.pem" -o now.pli f
run 0 pli seal --raw -r "$K/brief.pem" --opening "$((year + 1))-06-01T10:00:00+02:00" -o soon.pli f
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

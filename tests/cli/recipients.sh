#!/usr/bin/env bash
# Several recipients: each of them opens; bundles; many; none.
. "$(dirname "$0")/lib.sh"

content f 100000

seal bid.pli f rsa3072 p256 p384
for key in rsa3072 p256 p384; do
	open_with "$key" "$key.out" bid.pli
	same "$key.out" f
done

# A bundle (-R), alone and with a certificate beside it.
run 0 pli seal --raw -R "$K/bundle.pem" -o bundle.pli f
run 0 pli seal --raw -R "$K/bundle.pem" -r "$K/rsa2048.cer" -o more.pli f
for key in rsa3072 p256 p384; do
	open_with "$key" "$key.bundle" bundle.pli
	same "$key.bundle" f
done
open_with rsa2048 more.out more.pli
same more.out f
run 0 pli inspect --json more.pli
json '[.[] | select(.type == "envelope")][0].recipients | length == 4'
run 0 pli inspect --json bundle.pli
json '[.[] | select(.type == "envelope")][0].recipients | map(.type) == ["ktri", "kari", "kari"]'

# Several keys given: the one that matches opens, whatever stands before it.
run 0 pli open -k "$K/rsa2048.both.pem" -k "$K/p256.both.pem" -o several.out bid.pli
same several.out f

# A bundle with text between the certificates, and one that is cut.
{ echo "some words"; cat "$K/p256.pem"; echo; openssl x509 -text -in "$K/p384.pem"; } >chatty.pem
run 0 pli seal --raw -R chatty.pem -o chatty.pli f
{ cat "$K/p256.pem"; head -n 5 "$K/p384.pem"; } >cut.pem
refuse 14 seal --raw -R cut.pem -o cut.pli f
stderr_has cut.pem

# Every recipient counts: one bad one refuses all of it, and is named.
refuse 14 seal --raw -r "$K/p256.pem" -r "$K/expired.pem" -r "$K/p384.pem" -o bad.pli f
stderr_has expired

: >nothing.pem
refuse 14 seal --raw -R nothing.pem -o none.pli f
stderr_has nothing.pem
refuse 16 seal --raw -r no-such-file.pem -o none.pli f
stderr_has no-such-file.pem

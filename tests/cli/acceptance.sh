#!/usr/bin/env bash
# The main job as a user types it, word for word, and what must not happen.
. "$(dirname "$0")/lib.sh"

content bid.zip 5000000
cp bid.zip big
cp "$K/rsa3072.pem" a.pem
cp "$K/rsa3072.key" a.key
cp "$K/p256.pem" b.pem
cp "$K/rsa2048.pem" backup.pem
cp "$K/rsa2048.p12" backup.p12
cp "$K/passphrase" pw
cp "$K/other.key" other.key
cp "$K/other.pem" other.pem

# sealed_and_opened, and the others: what run runs, each a line of the user's.
sealed_and_opened()
{
	pli seal --raw -r a.pem -r b.pem -r backup.pem -o bid.pli bid.zip &&
		pli open -k backup.p12 --passin file:pw -o out.zip bid.pli && cmp bid.zip out.zip
}
by_openssl()
{
	openssl cms -decrypt -binary -inform DER -in bid.pli -inkey a.key -recip a.pem | cmp - bid.zip
}
through_pipes()
{
	# The first command is the user's own.
	# shellcheck disable=SC2002
	cat big | pli seal -r a.pem -o - - | pli open -k a.key --cert a.pem -o - - | cmp - big
}
set -o pipefail
run 0 sealed_and_opened
run 0 by_openssl
run 0 through_pipes

openssl cms -encrypt -binary -stream -aes-256-gcm -outform DER -in big -out big.p7m \
	-recip a.pem -keyopt rsa_padding_mode:oaep
run 0 pli open -k a.key --cert a.pem -o out.bin big.p7m
same big out.bin

if truncate -s 65G sparse; then
	refuse 17 seal --raw -r a.pem -o x.pli sparse
fi
for bad in expired signonly rsa1024; do
	refuse 14 seal --raw -r "$K/$bad.pem" -o x.pli bid.zip
	stderr_has "$bad"
done
refuse 13 open -k other.key --cert other.pem -o o bid.pli
stderr_has "test rsa3072"
stderr_has "test p256"
stderr_has "test rsa2048"
refuse 19 seal --raw -r a.pem -o y.pli bid.pli
stderr_has "already an envelope"
run 0 pli seal --raw --allow-nested -r a.pem -o y.pli bid.pli
flip bid.pli 2500000
refuse 11 open -k a.key --cert a.pem -o o bid.pli
absent o x.pli

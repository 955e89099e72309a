#!/usr/bin/env bash
# Whole bids as a user types it, word for word: folders in, folders out, and what must not happen.
. "$(dirname "$0")/lib.sh"
set -o pipefail

cp "$K/rsa3072.pem" a.pem
cp "$K/rsa3072.key" a.key
cp "$K/p256.pem" b.pem
cp "$K/rsa2048.pem" backup.pem
cp "$K/rsa2048.p12" backup.p12
cp "$K/passphrase" pw
mkdir -p "folder/Pièces/vide" other bids
content folder/plans.zip 3000000
printf 'Mémoire\n' >"folder/Pièces/mémoire technique.txt"

sealed_and_opened()
{
	pli seal -r a.pem -r b.pem -r backup.pem -o bid.pli folder/ &&
		pli open -k backup.p12 --passin file:pw -C out bid.pli && diff -r folder out/bid/folder
}
by_others()
{
	openssl cms -decrypt -binary -inform DER -in bid.pli -inkey a.key -recip a.pem | tar -x -C other
}
run 0 sealed_and_opened
same_tree folder out/bid/folder
run 0 by_others
stdout_empty
stderr_empty
same_tree folder other/folder
run 0 pli list -k a.key --cert a.pem --json bid.pli
json '.[0].files | map(.path) == ["folder/Pièces/mémoire technique.txt", "folder/plans.zip"]'
run 0 pli verify -k a.key --cert a.pem bid.pli

# Hundreds, and one damaged among them.
for i in $(seq -w 200); do
	mkdir "bids/$i"
	printf 'bid %s\n' "$i" >"bids/$i/price"
done
run 0 pli seal --each -C sealed -r a.pem bids/*
run 0 pli open -k a.key --cert a.pem -C opened sealed/*.pli
flip sealed/077.pli -100
run 3 pli open -q -k a.key --cert a.pem -C again sealed/*.pli
number_in opened 200
number_in again 199
absent again/077
for i in $(seq -w 200); do
	same "bids/$i/price" "opened/$i/$i/price"
	[ "$i" = 077 ] || same "bids/$i/price" "again/$i/$i/price"
done

# A link; one byte flipped, wherever it is in the content.
ln -s /etc/passwd folder/l
refuse 17 seal -r a.pem -o x.pli folder
stderr_has folder/l
bytes=$(stat -c %s bid.pli)
for at in $(seq $((bytes - 3000000)) 700001 "$bytes") $((bytes - 100)); do
	cp bid.pli bad.pli
	flip bad.pli "$at"
	refuse 11 open -k a.key --cert a.pem -C new bad.pli
	run 11 pli open -q -k a.key --cert a.pem -C out bad.pli
	holds out bid
done

#!/usr/bin/env bash
# Private keys and certificates in every form; what is no key, or has no certificate, is 14.
. "$(dirname "$0")/lib.sh"

content f 5000

for key in rsa2048 p256; do
	run 0 pli seal --raw -r "$K/$key.cer" -o bid.pli f
	run 0 pli open -k "$K/$key.both.pem" -o x bid.pli
	same x f
	rm -f x
	for form in key trad.pem pkcs8.der both.pem; do
		for cert in pem cer; do
			run 0 pli open -k "$K/$key.$form" --cert "$K/$key.$cert" -o x bid.pli
			same x f
			rm -f x
		done
	done
	for form in key trad.pem pkcs8.der; do
		refuse 14 open -k "$K/$key.$form" -o x bid.pli
		stderr_has --cert
		refuse 14 open -k "$K/$key.$form" --cert "$K/other.pem" -o x bid.pli
	done
	rm bid.pli
done

# Among several certificates the one of the key is found.
seal bid.pli f p256
run 0 pli open -k "$K/p256.key" --cert "$K/bundle.pem" -o x bid.pli
same x f
rm x
run 0 pli open -k "$K/p256.key" --cert "$K/rsa2048.pem" --cert "$K/p256.pem" -o x bid.pli
rm -f x

refuse 14 open -k "$K/p256.pem" -o x bid.pli
refuse 14 open -k "$K/certonly.p12" --passin "file:$K/passphrase" -o x bid.pli
refuse 14 open -k "$K/ed25519.key" --cert "$K/ed25519.pem" -o x bid.pli
refuse 14 open -k f -o x bid.pli
stderr_has f
# Of bytes that are no key at all it says nothing of libcrypto's.
echo "no key" >text
refuse 14 open -k text -o x bid.pli
stderr_has "hint: a key file is"
grep -q libcrypto "$err" && problem "what libcrypto says of a text"
: >empty
refuse 14 open -k empty -o x bid.pli
refuse 16 open -k no-such-file -o x bid.pli
stderr_has no-such-file
refuse 14 open -k "$K/p256.key" --cert f -o x bid.pli
refuse 16 open -k "$K/p256.key" --cert no-such-file -o x bid.pli
refuse 14 open -k . -o x bid.pli
stderr_has "is a folder"
stderr_has "hint: name the file in it"
truncate -s 2M large
refuse 14 open -k large -o x bid.pli
stderr_has "longer than"
refuse 14 seal --raw -r "$K/bundle.pem" -o x.pli f
stderr_has "-r takes a file with one"

#!/usr/bin/env bash
# A thousand recipients in one envelope, and not one more.
. "$(dirname "$0")/lib.sh"

content f 100000
openssl req -new -key "$K/p256.key" -subj "/O=Test only/CN=one of many" -out request.pem
for i in $(seq 1000); do
	openssl x509 -req -in request.pem -signkey "$K/p256.key" -set_serial "$((1000 + i))" -days 30 \
		2>/dev/null
done >bundle.pem

run 0 pli seal -q --raw -R bundle.pem -o bid.pli f
run 0 pli inspect --json bid.pli
json '.[0].recipients | length == 1000'
for at in 1 500 1000; do
	awk -v at="$at" '/BEGIN/ { n++ } n == at' bundle.pem >one.pem
	run 0 pli open -k "$K/p256.key" --cert one.pem -o x bid.pli
	same x f
	rm -f x
done
run 13 pli open -q -k "$K/other.key" --cert "$K/other.pem" -o x bid.pli
absent x
run 0 openssl cms -decrypt -binary -inform DER -in bid.pli -inkey "$K/p256.key" -recip one.pem -out x
same x f
rm -f x

refuse 17 seal --raw -R bundle.pem -r "$K/rsa3072.pem" -o x f

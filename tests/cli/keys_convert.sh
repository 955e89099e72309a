#!/usr/bin/env bash
# pli keys convert: any key file that can be read, as one that stores import.
. "$(dirname "$0")/keys_lib.sh"

content f 5000
old=(--passin "file:$K/passphrase")
new=(--passout "file:$pw" --no-sync)

# opens P12 NAME: what was sealed to NAME.pem.
opens()
{
	run 0 pli seal --raw --no-sync -r "$K/$2.pem" -o bid.pli f
	run 0 pli open --no-sync -k "$1" --passin "file:$pw" -o opened bid.pli
	same opened f
	rm -f opened bid.pli
}

for form in p12 3des.p12; do
	run 0 pli keys convert "${old[@]}" "${new[@]}" "$K/rsa2048.$form" "$form"
	opens "$form" rsa2048
	[ "$(stat -c %a "$form")" = 600 ] || problem "the mode of $form"
	openssl pkcs12 -in "$form" -info -noout -passin "file:$pw" 2>&1 | grep -q 'AES-256-CBC' || problem "not modern"
done
run 0 pli keys convertir "${new[@]}" "$K/p256.both.pem" both.p12
opens both.p12 p256
run 0 pli keys convert --json "${new[@]}" --name "Anna Martin" --cert "$K/p384.pem" "$K/p384.key" bare.p12
json '.[0] | .type == "converted" and .output == "bare.p12" and .subject == "CN=test p384,O=Test only"'
opens bare.p12 p384
openssl pkcs12 -in bare.p12 -nokeys -passin "file:$pw" 2>/dev/null | grep -q 'friendlyName: Anna Martin' ||
	problem "another friendly name"
run 0 pli keys convert "${old[@]}" "${new[@]}" --p12-profile compatible "$K/rsa3072.pkcs8.enc.pem" --cert "$K/rsa3072.pem" c.p12
opens c.p12 rsa3072
openssl pkcs12 -in c.p12 -info -noout -passin "file:$pw" 2>&1 | grep -q 3-KeyTripleDES || problem "not compatible"
run 0 pli keys convert "${old[@]}" --no-sync --generate-passphrase "$K/rsa2048.p12" g.p12
cp "$out" g.pass
run 0 openssl pkcs12 -in g.p12 -noout -passin file:g.pass

# A private key never goes to standard output, and no file is made that has its name.
refuse 2 keys convert "${old[@]}" "${new[@]}" "$K/rsa2048.p12" -
stderr_has "a private key never goes to standard output"

# RC2-40, as old Windows exports it: only with libcrypto's legacy provider, and with a warning where it is opened.
if openssl pkcs12 -export -legacy -inkey "$K/rsa2048.key" -in "$K/rsa2048.pem" -passout "file:$K/passphrase" \
    -out rc2.p12 2>/dev/null; then
	run 0 pli seal --raw --no-sync -r "$K/rsa2048.pem" -o bid.pli f
	run 0 pli open --no-sync -k rc2.p12 "${old[@]}" -o opened bid.pli
	same opened f
	rm -f bid.pli opened
	stderr_has "pli keys convert rc2.p12 NEW.p12"
	for name in "my key.p12" -k.p12; do
		cp rc2.p12 "./$name"
		run 0 pli keys convert "${old[@]}" "${new[@]}" -- "$name" x.p12
		rm -f -- "$name" x.p12
		[ "$name" = -k.p12 ] || stderr_has "pli keys convert 'my key.p12' NEW.p12"
	done
	stderr_has "pli keys convert -- -k.p12 NEW.p12"
	run 0 pli keys convert "${old[@]}" "${new[@]}" rc2.p12 fromrc2.p12
	opens fromrc2.p12 rsa2048
	rm -f fromrc2.p12
	run 0 pli keys convert --json "${old[@]}" "${new[@]}" rc2.p12 fromrc2.p12
	json '.[0] | .type == "converted" and (.warnings | length == 1 and (.[0] | contains("hardly encrypted")))'
	run 0 pli keys import --json --register "$R" --service CEA --name Old "${old[@]}" rc2.p12
	json '.[0].warnings | length == 2 and (.[0] | contains("hardly encrypted")) and (.[1] | contains("made a new register"))'
	run 0 pli seal --raw --no-sync -r "$K/rsa2048.pem" -o bid.pli f
	run 0 pli verify --json -k rc2.p12 "${old[@]}" bid.pli
	json '.[-1] | .type == "summary" and (.warnings | length == 1 and (.[0] | contains("hardly encrypted")))'
	rm -f bid.pli
	# Where there is none: which it is, and what helps.
	OPENSSL_MODULES=$PWD refuse 14 keys convert "${old[@]}" "${new[@]}" rc2.p12 x.p12
	stderr_has legacy
else
	echo "left out: no legacy provider"
fi

refuse 15 keys convert "${old[@]}" "${new[@]}" "$K/rsa2048.p12" both.p12
refuse 15 keys convert "${new[@]}" both.p12 both.p12 --passin "file:$pw"
refuse 12 keys convert --passin "file:$K/wrong" "${new[@]}" "$K/rsa2048.p12" x.p12
refuse 12 keys convert "${old[@]}" --no-input "$K/rsa2048.p12" x.p12
refuse 14 keys convert "${new[@]}" "$K/p384.key" x.p12
refuse 14 keys convert "${new[@]}" f x.p12
refuse 14 keys convert "${new[@]}" --p12-profile compatible "$K/p256.both.pem" x.p12
run 14 pli keys convert --generate-passphrase --p12-profile compatible "$K/p256.both.pem" x.p12
stdout_empty
run 2 pli keys convert --generate-passphrase --name "$(printf 'a\nb')" "$K/p256.both.pem" x.p12
stdout_empty
refuse 16 keys convert "${new[@]}" none x.p12
refuse 2 keys convert "${new[@]}" f
refuse 2 keys convert "${new[@]}" --register "$R" "$K/p256.both.pem" x.p12

#!/usr/bin/env bash
# ML-KEM recipients, alone and beside others, both ways with OpenSSL's cms. Run where this build has them.
. "$(dirname "$0")/../cli/lib.sh"

openssl genpkey -algorithm ML-KEM-768 -out probe.key 2>"$err" || not_here "the openssl program is older than the library"

# A certificate comes from an authority: an ML-KEM key cannot sign its own.
# certificate NAME USAGE
certificate()
{
	printf 'keyUsage=critical,%s\nsubjectKeyIdentifier=hash\n' "$2" >ext
	openssl pkey -in "$1.key" -pubout -out "$1.pub"
	openssl x509 -new -force_pubkey "$1.pub" -CA ca.pem -CAkey ca.key -subj "/CN=test $1" -days 30 \
		-extfile ext -out "$1.pem"
}

# opens_both ENVELOPE CONTENT NAME [OPTION...]: pli, from a file and from a pipe, and openssl.
opens_both()
{
	run 0 pli open --no-sync "${@:4}" -k "$3.key" --cert "$3.pem" -o opened "$1"
	same opened "$2"
	rm -f opened
	piped=$1 run 0 pli open "${@:4}" -k "$3.key" --cert "$3.pem" -o - -
	same "$out" "$2"
	run 0 openssl cms -decrypt -binary -inform DER -in "$1" -inkey "$3.key" -recip "$3.pem" -out opened
	same opened "$2"
	rm -f opened
}

# written ENVELOPE WHAT: openssl reads that in it.
written()
{
	openssl cms -cmsout -print -noout -inform DER -in "$1" >"$out" 2>"$err"
	stdout_has "$2"
}

{
	openssl req -x509 -newkey rsa:2048 -nodes -keyout ca.key -out ca.pem -subj "/CN=test authority" -days 30
	for bits in 512 768 1024; do
		openssl genpkey -algorithm "ML-KEM-$bits" -out "kem$bits.key"
		certificate "kem$bits" keyEncipherment
	done
	openssl genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:2048 -out rsa.key
	certificate rsa keyEncipherment
	openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out p256.key
	certificate p256 keyAgreement
} 2>>"$err" || problem "no keys"

oaep=(-keyopt rsa_padding_mode:oaep)
for bits in 512 768 1024; do
	for size in 0 1000 1048577; do
		content f "$size"
		# What pli wrote: to ML-KEM, RSA and EC.
		run 0 pli seal --no-sync --force --raw -r "kem$bits.pem" -r rsa.pem -r p256.pem -o all.pli f
		for key in "kem$bits" rsa p256; do
			opens_both all.pli f "$key"
		done
		piped=f run 0 pli seal --no-sync --force -r "kem$bits.pem" -o stream.pli -
		opens_both stream.pli f "kem$bits"
		run 0 pli seal --no-sync --force --profile cbc --raw -r "kem$bits.pem" -r rsa.pem -o cbc.pli f
		opens_both cbc.pli f "kem$bits" --accept-unauthenticated
		opens_both cbc.pli f rsa --accept-unauthenticated --accept-legacy
	done
	run 0 pli inspect --json all.pli
	json ".[0].problems == [] and ([.[0].recipients[].key_algorithm] | sort ==
		[\"ecdh-sha256\", \"ml-kem-$bits\", \"rsaOaep-sha256\"])"
	for what in "ML-KEM-$bits" HKDF-SHA256 id-aes256-wrap "kekLength: 32"; do
		written stream.pli "$what"
	done

	# What OpenSSL wrote: every cipher and so every key wrap, both names, definite or not.
	content f 100000
	for cipher in aes-128-gcm aes-192-gcm aes-256-gcm; do
		for how in "" -keyid -stream; do
			run 0 openssl cms -encrypt -binary "-$cipher" $how -outform DER -in f -out one.p7m "kem$bits.pem"
			opens_both one.p7m f "kem$bits"
		done
		run 0 openssl cms -encrypt -binary "-$cipher" -outform DER -in f -out mixed.p7m \
			-recip "kem$bits.pem" -recip rsa.pem "${oaep[@]}"
		opens_both mixed.p7m f "kem$bits"
		opens_both mixed.p7m f rsa
	done
	run 0 openssl cms -encrypt -binary -aes-256-cbc -outform DER -in f -out one.p7m "kem$bits.pem"
	opens_both one.p7m f "kem$bits" --accept-unauthenticated
	for hash in SHA384 SHA512; do
		run 0 openssl cms -encrypt -binary -aes-256-gcm -outform DER -in f -out one.p7m \
			-recip "kem$bits.pem" -recip_kdf "HKDF-$hash"
		written one.p7m "HKDF-$hash"
		opens_both one.p7m f "kem$bits"
	done
	run 0 openssl cms -encrypt -binary -aes-256-gcm -outform DER -in f -out one.p7m \
		-recip "kem$bits.pem" -recip_ukm 0001020304
	written one.p7m "00 01 02 03 04"
	opens_both one.p7m f "kem$bits"
done

# Another ML-KEM key is nobody; damage in what it decapsulates or unwraps is told like any other.
run 0 openssl cms -encrypt -binary -aes-256-gcm -outform DER -in f -out one.p7m kem768.pem
refuse 13 open -k kem1024.key --cert kem1024.pem -o x one.p7m
at=$(LC_ALL=C grep -obUaP '\x06\x09\x60\x86\x48\x01\x65\x03\x04\x01\x2d\x04\x28' one.p7m | cut -d: -f1)
for at in 600 $((at + 20)); do
	cp one.p7m bad.p7m
	flip bad.p7m "$at"
	refuse 11 open -k kem768.key --cert kem768.pem -o x bad.p7m
done

# A key file that a store would give, and the certificate's word on what it is for.
openssl pkcs12 -export -inkey kem768.key -in kem768.pem -passout pass:test -out kem768.p12
echo test >pw
run 0 pli open -k kem768.p12 --passin file:pw -o x one.p7m
same x f
cp kem768.key agreeing.key
certificate agreeing keyAgreement
refuse 14 seal --raw -r agreeing.pem -o y f
stderr_has keyEncipherment

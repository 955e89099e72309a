#!/usr/bin/env bash
# OpenSSL's cms opens what pli wrote, and pli opens what it wrote in GCM.
. "$(dirname "$0")/../cli/lib.sh"

keys=(rsa2048 rsa3072 p256 p384 p521)
sizes=(0 1 15 16 17 1000 4096 1048575 1048576 1048577 5242880)

to=()
for key in "${keys[@]}"; do
	to+=(-r "$K/$key.pem")
done

# openssl_opens ENVELOPE CONTENT: with every key.
openssl_opens()
{
	local key
	for key in "${keys[@]}"; do
		run 0 openssl cms -decrypt -binary -inform DER -in "$1" -inkey "$K/$key.key" \
			-recip "$K/$key.pem" -out o
		same o "$2"
		rm -f o
	done
}

# openssl_seals ENVELOPE CONTENT OPTION...
openssl_seals()
{
	run 0 openssl cms -encrypt -binary -outform DER -in "$2" -out "$1" "${@:3}"
}

oaep=(-keyopt rsa_padding_mode:oaep)
oaep256=("${oaep[@]}" -keyopt rsa_oaep_md:sha256)
kdf256=(-keyopt ecdh_kdf_md:sha256)

for size in "${sizes[@]}"; do
	content f "$size"
	run 0 pli seal --no-sync --force --raw "${to[@]}" -o definite.pli f
	openssl_opens definite.pli f
	piped=f run 0 pli seal --no-sync --force "${to[@]}" -o indefinite.pli -
	openssl_opens indefinite.pli f

	for stream in "" -stream; do
		# OpenSSL 3.0 fails to write an empty message as a stream.
		[ "$size$stream" != 0-stream ] || continue
		openssl_seals several.p7m f $stream -aes-256-gcm -recip "$K/rsa2048.pem" \
			"${oaep256[@]}" -recip "$K/p256.pem" "${kdf256[@]}" -recip "$K/p521.pem"
		opened_by several.p7m f rsa2048 p256 p521
		openssl_seals keyid.p7m f $stream -aes-128-gcm -keyid -recip "$K/rsa3072.pem" \
			"${oaep[@]}" -recip "$K/p384.pem"
		opened_by keyid.p7m f rsa3072 p384
	done
done

content f 100000
for bits in 128 192 256; do
	for key in rsa2048 rsa3072; do
		openssl_seals one.p7m f -stream "-aes-$bits-gcm" -recip "$K/$key.pem" "${oaep[@]}"
		opened_by one.p7m f "$key"
		openssl_seals one.p7m f "-aes-$bits-gcm" -recip "$K/$key.pem" "${oaep256[@]}"
		opened_by one.p7m f "$key"
	done
	for key in p256 p384 p521; do
		openssl_seals one.p7m f -stream "-aes-$bits-gcm" -recip "$K/$key.pem"
		opened_by one.p7m f "$key"
		openssl_seals one.p7m f "-aes-$bits-gcm" -recip "$K/$key.pem" "${kdf256[@]}"
		opened_by one.p7m f "$key"
	done
done

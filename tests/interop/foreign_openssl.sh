#!/usr/bin/env bash
# What openssl cms writes, in every combination of container, cipher and key transport, the encodings in turn; and that it
# opens what pli writes in CBC.
PRODUCER="openssl cms"
. "$(dirname "$0")/../cli/lib.sh"
. "$here/../interop/foreign_lib.sh"

content f 20011
forms=(DER stream PEM S/MIME "S/MIME stream")
turn=0

# encrypt FORM OUT OPTION... writes f.
encrypt()
{
	local form=$1 to=$2 as=()
	shift 2
	case $form in
	DER) as=(-outform DER) ;;
	stream) as=(-outform DER -stream) ;;
	PEM) as=(-outform PEM) ;;
	S/MIME) as=(-outform SMIME) ;;
	"S/MIME stream") as=(-outform SMIME -stream) ;;
	esac
	run 0 openssl cms -encrypt -binary -in f -out "$to" "${as[@]}" "$@"
}

# matrix TRANSPORT FLAG KEY OPTION...: with each cipher, in one of the forms. FLAG is - for none.
matrix()
{
	local transport=$1 flag=$2 key=$3 cipher kind flags form
	shift 3
	for cipher in aes-128-cbc aes-192-cbc aes-256-cbc des3 aes-128-gcm aes-192-gcm aes-256-gcm; do
		flags=()
		case $cipher in
		*-gcm) kind="AuthEnvelopedData, aes-gcm" ;;
		des3) kind="EnvelopedData, 3des-cbc" flags=("$plain" "$old") ;;
		*) kind="EnvelopedData, aes-cbc" flags=("$plain") ;;
		esac
		[ "$flag" = - ] || [ "$cipher" = des3 ] || flags+=("$flag")
		form=${forms[turn % ${#forms[@]}]}
		turn=$((turn + 1))
		encrypt "$form" m "-$cipher" "$@"
		opens "$kind, $transport" "$form" m f "$B/$key.both" "${flags[@]}"
	done
}

oaep=(-keyopt rsa_padding_mode:oaep)
for key in rsa2048 rsa3072; do
	matrix rsa-pkcs1 "$old" "$key" -recip "$K/$key.pem"
	matrix rsa-pkcs1 "$old" "$key" -keyid -recip "$K/$key.pem"
done
hashes=(sha1 sha224 sha256 sha384 sha512)
for hash in "${hashes[@]}"; do
	for mask in "${hashes[@]}"; do
		matrix rsaOaep - rsa2048 -recip "$K/rsa2048.pem" "${oaep[@]}" -keyopt "rsa_oaep_md:$hash" \
			-keyopt "rsa_mgf1_md:$mask"
	done
	encrypt DER m -aes-256-gcm -recip "$K/rsa3072.pem" "${oaep[@]}" -keyopt "rsa_oaep_md:$hash" \
		-keyopt rsa_oaep_label:6c6162656c
	opens "AuthEnvelopedData, aes-gcm, rsaOaep with a label" DER m f "$B/rsa3072.both"
done
curve=(p256 p384 p521)
n=0
for hash in "${hashes[@]}"; do
	for wrap in aes128 aes192 aes256 des3; do
		key=${curve[n % 3]}
		n=$((n + 1))
		if [ "$wrap" = des3 ]; then
			matrix "ecdh, 3des-wrap" "$old" "$key" -recip "$K/$key.pem" -keyopt "ecdh_kdf_md:$hash" -des3-wrap
		else
			matrix ecdh - "$key" -recip "$K/$key.pem" -keyopt "ecdh_kdf_md:$hash" "-$wrap-wrap"
		fi
	done
done
matrix ecdh - p384 -keyid -recip "$K/p384.pem"

# Several recipients, a password and a key encryption key among them: each key opens.
encrypt stream m -aes-256-cbc -recip "$K/rsa2048.pem" "${oaep[@]}" -recip "$K/p521.pem" -pwri_password secret
for key in rsa2048 p521; do
	opens "EnvelopedData, aes-cbc, several recipients" stream m f "$B/$key.both" "$plain"
done

# Cofactor ECDH: on these curves it is the same key.
for key in p256 p384 p521; do
	encrypt DER m -aes-256-gcm -recip "$K/$key.pem" -keyopt ecdh_cofactor_mode:1
	opens "AuthEnvelopedData, aes-gcm, cofactor ecdh" DER m f "$B/$key.both"
done

# openssl smime, whose PEM says PKCS7.
for form in DER PEM S/MIME; do
	run 0 openssl smime -encrypt -binary -aes256 -outform "${form/\//}" -in f -out m "$K/rsa2048.pem"
	opens "openssl smime: EnvelopedData, aes-cbc, rsa-pkcs1" "$form" m f "$B/rsa2048.both" "$plain" "$old"
done

# What is refused.
for cipher in camellia-256-cbc aes-256-cfb aes-256-ofb aria-128-cbc; do
	encrypt DER m "-$cipher" -recip "$K/p256.pem"
	refused "EnvelopedData, other ciphers and stream modes" DER 19 m "$B/p256.both" "$plain" "$old"
done
encrypt DER m -aes-256-cbc -pwri_password secret
refused "EnvelopedData, aes-cbc, password" DER 13 m "$B/p256.both" "$plain" "$old"
encrypt DER m -aes-256-gcm -secretkey 000102030405060708090a0b0c0d0e0f -secretkeyid 0a0b
refused "AuthEnvelopedData, aes-gcm, key encryption key" DER 13 m "$B/p256.both"
run 0 openssl cms -sign -binary -nodetach -outform DER -in f -out m -signer "$K/signonly.pem" -inkey "$K/signonly.key"
refused "SignedData around the content" DER 19 m "$B/p256.both" "$plain" "$old"
stdout_has "take off the signature"

# The other way.
for size in 0 1 15 16 17 4096 1048575 1048576 1048577 3000000; do
	content g "$size"
	run 0 pli seal --no-sync --force --profile cbc --raw -r "$K/rsa2048.pem" -r "$K/p256.pem" -r "$K/p521.pem" -o m g
	piped=g run 0 pli seal --no-sync --force --profile cbc -r "$K/rsa2048.pem" -r "$K/p256.pem" -r "$K/p521.pem" -o s -
	for key in rsa2048 p256 p521; do
		for envelope in m s; do
			run 0 openssl cms -decrypt -binary -inform DER -in "$envelope" -inkey "$K/$key.key" \
				-recip "$K/$key.pem" -out o
			same o g
		done
	done
done
table_done

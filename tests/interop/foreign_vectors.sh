#!/usr/bin/env bash
# Messages that other projects keep as test data ($PLI_VECTORS): NSS, RFC 4134, GnuPG.
PRODUCER="published vectors"
. "$(dirname "$0")/../cli/lib.sh"
. "$here/../interop/foreign_lib.sh"

need_vectors nss
need_vectors rfc4134
need_vectors gpgsm
vectors=$PLI_VECTORS

echo nss >passphrase
printf 'This is a test message to Fran.\n' >fran
for name in Fran Fran-ec; do
	run 0 openssl pkcs12 -legacy -in "$vectors/nss/$name.p12" -passin file:passphrase -nodes -out "$B/$name.both"
done
count=0
for file in "$vectors"/nss/*.env; do
	count=$((count + 1))
	case $file in
	*/fran-oaep_ossl.env)
		opens "NSS: EnvelopedData, 3des-cbc, rsaOaep" DER "$file" fran "$B/Fran.both" "$plain" "$old"
		;;
	*/fran-ec*) opens "NSS: EnvelopedData, aes-cbc, ecdh" DER "$file" fran "$B/Fran-ec.both" "$plain" ;;
	*) opens "NSS: EnvelopedData, aes-cbc, rsaOaep" DER "$file" fran "$B/Fran.both" "$plain" ;;
	esac
done
[ "$count" -eq 17 ] || problem "$count messages in nss/, not 17"

rfc=$vectors/rfc4134
run 0 openssl pkey -inform DER -in "$rfc/BobPrivRSAEncrypt.pri" -out bob.key
run 0 openssl x509 -inform DER -in "$rfc/BobRSASignByCarl.cer" -out bob.pem
cat bob.key bob.pem >"$B/bob.both"
opens "RFC 4134 5.1: EnvelopedData, 3des-cbc, rsa-pkcs1" DER "$rfc/5.1.bin" "$rfc/ExContent.bin" \
	"$B/bob.both" "$plain" "$old"
refused "RFC 4134 5.2: EnvelopedData, rc2-cbc, rsa-pkcs1" DER 19 "$rfc/5.2.bin" "$B/bob.both" "$plain" "$old"
opens "RFC 4134 5.3: EnvelopedData, 3des-cbc, rsa-pkcs1" S/MIME "$rfc/5.3.eml" "$rfc/ExContent.bin" \
	"$B/bob.both" "$plain" "$old"
for file in "$vectors"/gpgsm/*.p7m; do
	case $file in
	*.gcm.p7m) what="GnuPG: AuthEnvelopedData, aes-gcm, password" ;;
	*) what="GnuPG: EnvelopedData, aes-cbc, password" ;;
	esac
	refused "$what" DER 13 "$file" "$B/bob.both" "$plain" "$old" --accept-short-tag
done
table_done

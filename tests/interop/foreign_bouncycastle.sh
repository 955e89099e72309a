#!/usr/bin/env bash
# What Bouncy Castle writes, in every combination of container, cipher and key transport; and that it opens what pli writes in
# CBC. (interop-bouncycastle has the lengths, and what pli writes in GCM.)
PRODUCER="Bouncy Castle"
. "$(dirname "$0")/../cli/lib.sh"
. "$here/../interop/foreign_lib.sh"

jars=/usr/share/java
classpath=$jars/bcpkix.jar:$jars/bcprov.jar:$jars/bcutil.jar
source=$(cd "$here/../interop" && pwd)/BcCms.java
command -v javac >/dev/null || lacking "a Java compiler (package openjdk-17-jdk-headless)"
[ -r "$jars/bcpkix.jar" ] || lacking "Bouncy Castle (package libbcpkix-java)"
run 0 javac -d "$test_folder" -cp "$classpath" "$source" || exit 1

content f 20011
: >jobs.txt
: >wanted
count=0

# message WHAT FORM KEY FLAGS VERB CIPHER RECIPIENT...: to be made by one run of Java, then opened.
message()
{
	local what=$1 form=$2 key=$3 flags=$4 verb=$5 cipher=$6
	shift 6
	count=$((count + 1))
	echo "$verb f m$count $cipher $form $*" >>jobs.txt
	printf '%s\t%s\tm%s\t%s\t%s\n' "$what" "$form" "$count" "$key" "$flags" >>wanted
}

forms=(BER DER stream)
transports=("v15=rsa2048" "v15,keyid=rsa3072")
for hash in sha1 sha224 sha256 sha384 sha512; do
	for mask in sha1 sha224 sha256 sha384 sha512; do
		transports+=("oaep-$hash-$mask=rsa2048")
	done
	for wrap in aes128 aes192 aes256 3des; do
		transports+=("ecdh-$hash/$wrap=p256" "eccdh-$hash/$wrap=p384")
	done
	transports+=("oaep-$hash,keyid=rsa3072" "ecdh-$hash,keyid=p521")
done
turn=0
for transport in "${transports[@]}"; do
	key=${transport#*=}
	kind=${transport%%=*}
	flag=
	case $kind in
	v15*) kind=rsa-pkcs1 flag=$old ;;
	oaep*) kind=rsaOaep ;;
	*/3des) kind="${kind%%-*}, 3des-wrap" flag=$old ;;
	*) kind=${kind%%-*} ;;
	esac
	recipient="${transport%%=*}=$K/$key.pem"
	for cipher in aes-128-cbc aes-192-cbc aes-256-cbc des-ede3-cbc 128 192 256; do
		form=${forms[turn % 3]}
		turn=$((turn + 1))
		case $cipher in
		des*) message "EnvelopedData, 3des-cbc, $kind" "$form" "$key" "$plain $old" envelop "$cipher" "$recipient" ;;
		aes*) message "EnvelopedData, aes-cbc, $kind" "$form" "$key" "$plain $flag" envelop "$cipher" "$recipient" ;;
		*)
			[ "$form" != stream ] || form=BER
			message "AuthEnvelopedData, aes-gcm, $kind" "$form" "$key" "$flag" seal "$cipher" "$recipient"
			;;
		esac
	done
done
for form in BER DER; do
	for bits in 128 192 256; do
		message "AuthEnvelopedData, aes-gcm, authenticated and other attributes" "$form" p256 "" seal "${bits}a" \
			"ecdh-sha256=$K/p256.pem"
	done
done
# One RecipientInfo with several keys: any of them opens.
for key in p256 other; do
	cat "$K/$key.key" "$K/$key.pem" >"$B/$key.both"
	message "EnvelopedData, aes-cbc, several keys in one RecipientInfo" DER "$key" "$plain" envelop aes-256-cbc \
		"ecdh-sha256=$K/p256.pem=$K/other.pem"
	message "AuthEnvelopedData, aes-gcm, several keys in one RecipientInfo" DER "$key" "" seal 256 \
		"ecdh-sha256=$K/other.pem=$K/p256.pem"
done
for cipher in rc2-cbc camellia-128-cbc; do
	echo "envelop f $cipher $cipher DER ecdh-sha256=$K/p256.pem" >>jobs.txt
done
content g 300000
run 0 pli seal --no-sync --profile cbc --raw -r "$K/rsa2048.pem" -r "$K/p256.pem" -r "$K/p521.pem" -o definite g
piped=g run 0 pli seal --no-sync --profile cbc -r "$K/rsa2048.pem" -r "$K/p256.pem" -r "$K/p521.pem" -o indefinite -
for key in rsa2048 p256 p521; do
	for envelope in definite indefinite; do
		echo "openplain $envelope $K/$key.pem $K/$key.key $envelope.$key" >>jobs.txt
	done
done
run 0 java -cp "$classpath:$test_folder" BcCms jobs.txt

while IFS=$'\t' read -r what form file key flags; do
	# Flags are words.
	# shellcheck disable=SC2086
	opens "$what" "$form" "$file" f "$B/$key.both" $flags
done <wanted
for cipher in rc2-cbc camellia-128-cbc; do
	refused "EnvelopedData, other ciphers" DER 19 "$cipher" "$B/p256.both" "$plain" "$old"
done
for key in rsa2048 p256 p521; do
	same "definite.$key" g
	same "indefinite.$key" g
done
table_done

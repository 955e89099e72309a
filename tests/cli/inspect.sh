#!/usr/bin/env bash
# inspect names whatever it is, without a key; what is no CMS message is 10. open refuses the rest.
. "$(dirname "$0")/lib.sh"

content f 50000
encrypt=(openssl cms -encrypt -binary -outform DER -in f)
"${encrypt[@]}" -aes-256-cbc -out cbc.p7m "$K/rsa2048.pem"
"${encrypt[@]}" -aes-256-cbc -stream -out cbc-stream.p7m "$K/p256.pem"
"${encrypt[@]}" -des3 -out des3.p7m "$K/rsa2048.pem"
"${encrypt[@]}" -aes-256-gcm -out v15.p7m "$K/rsa2048.pem"
"${encrypt[@]}" -aes-128-gcm -out gcm128.p7m -recip "$K/p256.pem"
"${encrypt[@]}" -aes-256-gcm -keyid -out keyid.p7m -recip "$K/p256.pem"
"${encrypt[@]}" -aes-256-cbc -pwri_password secret -out pwri.p7m
"${encrypt[@]}" -aes-256-gcm -secretkey 000102030405060708090a0b0c0d0e0f -secretkeyid 0a0b \
	-out kekri.p7m
openssl cms -sign -binary -nodetach -outform DER -in f -out signed.p7m -signer "$K/signonly.pem" \
	-inkey "$K/signonly.key"

# is FILE CONTAINER CIPHER TYPE ALGORITHM
is()
{
	run 0 pli inspect --json "$1"
	json "[.[] | select(.type == \"envelope\")][0] | .file == \"$1\" and
		.container == \"$2\" and .cipher == \"$3\" and .recipients[0].type == \"$4\" and
		.recipients[0].key_algorithm == \"$5\""
	run 0 pli inspect "$1"
	stdout_has "$2"
	stdout_has "$3"
	[ ! -s "$out" ] || stderr_empty
}
accepted()
{
	run 0 pli inspect --json "$1"
	json '.[0].problems == []'
}
# Named, but not opened by default, before any use of the private key.
refused()
{
	run 0 pli inspect --json "$2"
	json '.[0].problems | length > 0'
	refuse "$1" open -k "$K/rsa2048.both.pem" -k "$K/p256.both.pem" -o x "$2"
	refuse "$1" verify -k "$K/rsa2048.both.pem" -k "$K/p256.both.pem" "$2"
}

is cbc.p7m EnvelopedData aes-256-cbc ktri rsa-pkcs1
is cbc-stream.p7m EnvelopedData aes-256-cbc kari ecdh-sha1
is v15.p7m AuthEnvelopedData aes-256-gcm ktri rsa-pkcs1
is gcm128.p7m AuthEnvelopedData aes-128-gcm kari ecdh-sha1
is keyid.p7m AuthEnvelopedData aes-256-gcm kari ecdh-sha1
run 0 pli inspect --json keyid.p7m
json '.[0].recipients[0] | (.ski | test("^[0-9a-f]{40}$")) and .serial == null'
accepted gcm128.p7m
accepted keyid.p7m

refused 19 cbc.p7m
refused 19 cbc-stream.p7m
refused 19 des3.p7m
refused 19 v15.p7m
for option in --accept-unauthenticated --accept-legacy; do
	refuse 19 open "$option" -k "$K/rsa2048.both.pem" -o x cbc.p7m
done

run 0 pli inspect --json pwri.p7m
json '.[0].recipients[0].type == "pwri"'
run 0 pli inspect --json kekri.p7m
json '.[0].recipients[0].type == "kekri"'
refuse 13 open -k "$K/p256.both.pem" -o x kekri.p7m
run 0 pli inspect --json signed.p7m
json '.[0].container == "SignedData" and (.[0].problems | length > 0)'
refuse 19 open -k "$K/p256.both.pem" -o x signed.p7m
stderr_has "signed.p7m is SignedData"
stderr_has "hint: check and take off the signature first"
# The same inside: what an envelope says of its content is changed.
"${encrypt[@]}" -aes-256-gcm -out inside.p7m -recip "$K/p256.pem"
at=$(LC_ALL=C grep -obUaP '\x2a\x86\x48\x86\xf7\x0d\x01\x07\x01' inside.p7m | cut -d: -f1)
printf '\002' | dd of=inside.p7m bs=1 seek=$((at + 8)) conv=notrunc status=none
run 0 pli inspect inside.p7m
stdout_has "the content is SignedData"
refuse 19 open -k "$K/p256.both.pem" -o x inside.p7m
stderr_has "the content is SignedData"
stderr_has "hint: ask the sender to encrypt the document itself"

# A recipient whose way of wrapping is damaged, by one byte: the others open it; without others it is none.
cp f words
run 0 pli seal --raw --no-sync -r "$K/p256.pem" -r "$K/rsa2048.pem" -o two.pli words
run 0 pli seal --raw --no-sync -r "$K/rsa2048.pem" -o one.pli words
run 0 pli seal --raw --no-sync --profile cbc -r "$K/rsa2048.pem" -r "$K/p256.pem" -o cbc.pli words
# patch FILE OID N BYTE: the byte N behind the begin of that OID, the first.
patch()
{
	local at
	at=$(LC_ALL=C grep -obUaP "$2" "$1" | head -n 1 | cut -d: -f1)
	printf '%b' "$4" | dd of="$1" bs=1 seek=$((at + $3)) conv=notrunc status=none
}
oaep='\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x07'
cp two.pli hurt.pli
patch hurt.pli "$oaep" 11 '\x31' # the parameters are no SEQUENCE
cp two.pli none.pli
patch none.pli "$oaep" 0 '\x05' # no OID
for bad in hurt none; do
	run 0 pli inspect --json "$bad.pli"
	json '.[0] | .problems == ["1 of 2 recipients: what says how their key is wrapped is damaged, and it does not open " +
		"with their key"] and (.recipients | length == 2 and all(.serial != null and .key_algorithm != null))'
	run 0 pli inspect "$bad.pli"
	run 0 pli verify -k "$K/p256.both.pem" "$bad.pli"
	refuse 10 open -k "$K/rsa2048.both.pem" -o x "$bad.pli"
done
# RSA PKCS#1 v1.5 with parameters that do not exist: its NULL is another element.
patch cbc.pli '\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x01\x05' 11 '\x04'
run 0 pli inspect --json cbc.pli
json '.[0] | (.problems[1] | startswith("1 of 2 recipients: what says how")) and (.recipients | length == 2)'
run 0 pli verify --accept-unauthenticated -k "$K/p256.both.pem" cbc.pli
refuse 10 open --accept-unauthenticated --accept-legacy -k "$K/rsa2048.both.pem" -o x cbc.pli
patch one.pli "$oaep" 11 '\x31'
refuse 10 inspect one.pli
refuse 10 open -k "$K/rsa2048.both.pem" -o x one.pli

# One problem does not hide the others: several are listed, the last counts for nothing special.
run 0 pli inspect cbc.p7m gcm128.p7m
stdout_has cbc.p7m
stdout_has gcm128.p7m
input=cbc.p7m run 0 pli inspect -
stdout_has EnvelopedData

: >empty
printf 'garbage' >garbage
head -c 500 gcm128.p7m >half
{ cat gcm128.p7m; echo; } >longer
openssl x509 -in "$K/p256.pem" -outform DER -out cert.der
head -c 100000 /dev/zero >zeros
for bad in empty garbage half longer cert.der zeros; do
	refuse 10 inspect "$bad"
	stderr_has "$bad"
	case $bad in garbage | cert.der | zeros) stderr_has "hint: check that it is the right file" ;; esac
	refuse 10 open -k "$K/p256.both.pem" -o x "$bad"
done
refuse 16 inspect no-such-file
mkdir folder
refuse 16 inspect folder
stderr_has "hint: name the file in it"

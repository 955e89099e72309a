#!/usr/bin/env bash
# ML-KEM recipients (fixtures/kem, which OpenSSL 3.6 made): opened where this build has them. Where it has not, they are
# passed over: another recipient opens, and who has only such a key is told what is missing.
. "$(dirname "$0")/lib.sh"

cp "$here/../../fixtures/kem/"* .
base64 -d kem.test.p12.txt >kem.p12
echo test >right
echo tset >wrong
kem=(-k kem.test.key --cert kem.pem)
p256=(-k p256.test.key --cert p256.pem)

# recipients FILE FILTER: of the array of recipients.
recipients()
{
	run 0 pli inspect --json "$1"
	json "[.[] | select(.type == \"envelope\")][0].recipients | $2"
}

# Named in any build; the serial numbers are those of the certificates.
serial=$(openssl x509 -in kem.pem -noout -serial | sed 's/.*=//' | tr '[:upper:]' '[:lower:]')
recipients kem-only.p7m 'length == 1 and .[0].type == "kemri" and .[0].key_algorithm == "ml-kem-768" and
	.[0].issuer == "CN=test authority" and .[0].ski == null'
stdout_has "$serial"
recipients kem-and-p256.p7m 'map(.type) | sort == ["kari", "kemri"]'
recipients kem-ski.p7m '[.[] | select(.type == "kemri")][0] | .serial == null and (.ski | length == 40)'

# The classic recipient opens in any build, and not with what is not for it.
for mixed in kem-and-p256.p7m kem-ski.p7m; do
	run 0 pli open "${p256[@]}" -o o "$mixed"
	same o content.txt
	rm -f o
	run 0 pli verify "${p256[@]}" "$mixed"
done
refuse 13 open "${p256[@]}" -o o kem-only.p7m
stderr_has 'the key of "test p256"'
stderr_has "CN=test authority serial $serial"

run 0 pli doctor --json
has_kem=$(jq -r 'select(.type == "doctor").ml_kem' "$out")
case $has_kem in
true)
	run 0 pli doctor
	stdout_has "ML-KEM        yes"
	for file in kem-only.p7m kem-and-p256.p7m kem-ski.p7m; do
		run 0 pli inspect --json "$file"
		json '.[0].problems == []'
		run 0 pli open "${kem[@]}" -o o "$file"
		same o content.txt
		rm -f o
	done
	run 0 pli open -k kem.locked.test.key --passin file:right --cert kem.pem -o o kem-only.p7m
	same o content.txt
	rm -f o
	run 0 pli open -k kem.p12 --passin file:right -o o kem-only.p7m
	same o content.txt
	rm -f o
	;;
false)
	run 0 pli doctor
	stdout_has "ML-KEM        no"
	refuse 13 open "${p256[@]}" -o o kem-only.p7m
	stderr_has "this build of pli has no KEM, and passed over 1"
	stderr_has "hint: open with the key of one of the recipients"
	stderr_has "OpenSSL 3.6"
	run 0 pli inspect --json kem-only.p7m
	json '.[0].problems | length == 1 and (.[0] | contains("ML-KEM"))'
	run 0 pli inspect kem-only.p7m
	stdout_has "accepted    no"
	run 0 pli inspect kem-and-p256.p7m
	stdout_has "accepted    yes"
	stdout_has "1 of 2 recipients: their keys are of ML-KEM"

	# Keys: as they are, in DER, behind a passphrase, and in PKCS#12.
	sed '/-----/d' kem.test.key | base64 -d >kem.der
	sed '/-----/d' kem.locked.test.key | base64 -d >kem.locked.der
	for key in kem.test.key kem.der kem.locked.test.key kem.locked.der kem.p12; do
		refuse 14 open -k "$key" --passin file:right --cert kem.pem -o o kem-only.p7m
		stderr_has "$key (ML-KEM-768)"
		stderr_has "has no ML-KEM"
		stderr_has "OpenSSL 3.6"
	done
	# A wrong passphrase is one, whatever it protects.
	refuse 12 open -k kem.locked.test.key --passin file:wrong --cert kem.pem -o o kem-only.p7m
	# Nobody seals to what cannot be sealed to here, alone or beside another.
	refuse 14 seal --raw -r kem.pem -o o content.txt
	stderr_has "the key (ML-KEM-768)"
	stderr_has "OpenSSL 3.6"
	refuse 14 seal --raw -r p256.pem -r kem.pem -o o content.txt
	stderr_has '"test kem"'
	;;
*)
	problem "doctor does not say whether there is ML-KEM"
	;;
esac

# Damage is damage in any build: in the ciphertext of the KEM, in the key that is wrapped, in the tag.
sed '/-----/d' kem-only.p7m | base64 -d >only.der
at=$(LC_ALL=C grep -obUaP '\x02\x01\x20\x30\x0b\x06\x09\x60\x86\x48\x01\x65\x03\x04\x01\x2d' only.der | cut -d: -f1)
for place in 300 $((at + 20)) -1; do
	cp only.der bad.der
	flip bad.der "$place"
	run 0 pli inspect bad.der
	if [ "$has_kem" = true ]; then
		refuse 11 open "${kem[@]}" -o o bad.der
	else
		refuse 13 open "${p256[@]}" -o o bad.der
	fi
done
# A length of the key encryption key that is not that of its wrap.
cp only.der bad.der
printf '\020' | dd of=bad.der bs=1 seek=$((at + 2)) conv=notrunc status=none
refuse 10 inspect bad.der
stderr_has "key encryption key is not as long"

#!/usr/bin/env bash
# Certificate stores and tokens take the key files that pli writes, and a key that went through one still opens bids.
# Each store has a folder of its own here.
. "$(dirname "$0")/../cli/lib.sh"
. "$here/../interop/gpgsm.sh"

: "${MAKE_PAIR:?set MAKE_PAIR to the program made from make_pair.c}"
source=$(cd "$here/../interop" && pwd)/StoreLoad.java
classes=${CLASSES:-$test_folder}
softhsm=
for module in /usr/lib/softhsm/libsofthsm2.so /usr/lib/*/softhsm/libsofthsm2.so; do
	[ ! -r "$module" ] || softhsm=$module
done

while read -r command package; do
	command -v "$command" >/dev/null || lacking "$command (package $package)"
done <<TXT
pk12util libnss3-tools
keytool openjdk-17-jdk-headless
javac openjdk-17-jdk-headless
certtool gnutls-bin
p11tool gnutls-bin
node nodejs
gpgsm gpgsm
gpg-agent gpg-agent
softhsm2-util softhsm2
TXT
[ -n "$softhsm" ] || lacking "libsofthsm2.so (package softhsm2)"
if [ ! "$classes/StoreLoad.class" -nt "$source" ]; then
	run 0 javac -d compiled "$source" || exit 1
	mv compiled/*.class "$classes" && rmdir compiled
fi

export HOME=$PWD
word=lusab-babad-gutih-tugad
echo "$word" >pw
echo wrong >wrong
content f 100000
files=()

# make NAME TYPE PROFILE
make()
{
	rm -f "$1.p12" "$1.pem"
	input=pw run 0 "$MAKE_PAIR" "$2" "$3" "Clé $1" "$1.p12" "$1.pem"
}

# What each file must do; the last column is whether gpgsm 2.2 reads it.
while read -r name type profile gpg; do
	# gpgsm has an agent for each folder.
	export GNUPGHOME=$PWD/gpg-$name
	mkdir -m 700 "$GNUPGHOME"
	echo allow-loopback-pinentry >"$GNUPGHOME/gpg-agent.conf"
	if [ "$gpg" -eq 0 ]; then
		gpgsm_reads pw "$name.p12" make "$name" "$type" "$profile"
	else
		make "$name" "$type" "$profile"
	fi
	files+=("$name.p12")
	run 0 pli seal --no-sync --raw -r "$name.pem" -o "$name.pli" f
	run 0 pli open --no-sync -k "$name.p12" --passin file:pw -o opened "$name.pli"
	same opened f
	rm -f opened

	# OpenSSL: the certificate is for encryption only, and the key's.
	run 0 openssl pkcs12 -in "$name.p12" -passin file:pw -nodes -out all.pem
	run 0 openssl x509 -in "$name.pem" -noout -ext keyUsage,basicConstraints,subjectKeyIdentifier
	case $type in
	rsa*) stdout_has "Key Encipherment" ;;
	*) stdout_has "Key Agreement" ;;
	esac
	stdout_has "CA:FALSE"
	run 0 openssl verify -x509_strict -CAfile "$name.pem" "$name.pem"
	run 0 openssl cms -decrypt -binary -inform DER -in "$name.pli" -inkey all.pem -recip "$name.pem" -out opened
	same opened f
	rm -f opened

	# NSS, in and out again: what comes back opens the bid.
	rm -rf nss && mkdir nss
	run 0 certutil -N -d sql:nss --empty-password
	run 18 pk12util -i "$name.p12" -d sql:nss -w wrong
	run 0 pk12util -i "$name.p12" -d sql:nss -w pw
	run 0 certutil -K -d sql:nss
	stdout_has "Clé $name"
	run 0 pk12util -o back.p12 -d sql:nss -n "Clé $name" -w pw
	run 0 pli open --no-sync -k back.p12 --passin file:pw -o opened "$name.pli"
	same opened f
	rm -f opened back.p12

	# JDK
	run 0 keytool -list -keystore "$name.p12" -storepass "$word"
	stdout_has "PrivateKeyEntry"
	stdout_has "clé $name"
	run 1 keytool -list -keystore "$name.p12" -storepass wrong

	# GnuTLS: both bags, each with the name
	run 0 certtool --p12-info --inder --infile "$name.p12" --password "$word"
	[ "$(grep -c "Friendly name: Clé $name" "$out")" -eq 2 ] || problem "two friendly names"
	run 1 certtool --p12-info --inder --infile "$name.p12" --password wrong

	# Node
	cat >load.js <<'TXT'
const [, , file, passphrase] = process.argv;
require("tls").createSecureContext({ pfx: require("fs").readFileSync(file), passphrase });
TXT
	run 0 node load.js "$name.p12" "$word"
	run 1 node load.js "$name.p12" wrong

	# gpgsm
	input=pw run "$gpg" "${gpgsm_import[@]}" "$name.p12"
	if [ "$gpg" -eq 0 ]; then
		run 0 gpgsm --batch --disable-dirmngr -K
		stdout_has "Clé $name"
	fi
	gpgconf --kill all
done <<TXT
rsa rsa3072 modern 2
rsa-compatible rsa3072 compatible 0
rsa4096 rsa4096 modern 2
rsa4096-compatible rsa4096 compatible 0
p256 p256 modern 2
p384 p384 modern 2
TXT

# Java programs: one start for all.
run 0 java -cp "$classes" StoreLoad "$word" "${files[@]}"
for name in "${files[@]}"; do
	stdout_has "$name "
done

# A token takes the key as PKCS#8, in clear in this private folder only.
(umask 077 && mkdir hsm clear)
printf 'directories.tokendir = %s\nobjectstore.backend = file\n' "$PWD/hsm" >softhsm.conf
export SOFTHSM2_CONF=$PWD/softhsm.conf
run 0 softhsm2-util --init-token --free --label pli-test --pin 1234 --so-pin 5678
id=10
for name in rsa-compatible p256 p384; do
	run 0 openssl pkcs12 -in "$name.p12" -passin file:pw -nocerts -nodes -out clear/key.pem
	run 0 openssl pkcs8 -in clear/key.pem -topk8 -nocrypt -out clear/key.p8
	run 0 softhsm2-util --import clear/key.p8 --token pli-test --pin 1234 --label "$name" --id $((id++))
	rm -f clear/*
done
run 0 p11tool --provider "$softhsm" --login --set-pin 1234 --list-all-privkeys pkcs11:token=pli-test
for name in rsa-compatible p256 p384; do
	stdout_has "Label: $name"
done

# What old systems export, RC2 and all: it opens as long as the legacy provider is there, and is 14 without it.
run 0 openssl pkcs12 -in rsa.p12 -passin file:pw -nodes -out all.pem
if openssl pkcs12 -export -legacy -in all.pem -passout file:pw -out old.p12 2>/dev/null; then
	run 0 pli open --no-sync -k old.p12 --passin file:pw -o opened rsa.pli
	same opened f
	rm -f opened
	run 12 pli open --no-sync -k old.p12 --passin file:wrong -o opened rsa.pli
	OPENSSL_MODULES=/nonexistent run 14 pli open --no-sync -k old.p12 --passin file:pw -o opened rsa.pli
	stderr_has "legacy"
	absent opened
fi

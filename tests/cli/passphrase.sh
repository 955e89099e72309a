#!/usr/bin/env bash
# Every encrypted key file, every source of a passphrase; wrong and missing ones are 12.
. "$(dirname "$0")/lib.sh"

content f 5000
seal bid.pli f rsa2048 rsa3072 p256
right=$(cat "$K/passphrase")

# opens KEY-FILE OPTIONS...
opens()
{
	rm -f x
	run 0 pli open --no-input "${@:2}" -k "$1" ${cert:+--cert "$cert"} -o x bid.pli && same x f
	rm -f x
}

for key in rsa2048 rsa3072 p256; do
	cert=
	opens "$K/$key.p12" --passin "file:$K/passphrase"
	cert=$K/$key.pem
	for form in pkcs8.enc.pem pkcs8.enc.der trad.enc.pem; do
		opens "$K/$key.$form" --passin "file:$K/passphrase"
	done
done
cert=
opens "$K/rsa2048.3des.p12" --passin "file:$K/passphrase"
opens "$K/p256.nopass.p12" --passin file:/dev/null

# The sources.
key=$K/p256.p12
WORDS=$right
export WORDS
opens "$key" --passin env:WORDS
opens "$key" --passin "cmd:cat '$K/passphrase'"
opens "$key" --passin "cmd:printf 'correct horse'"
input=$K/passphrase opens "$key" --passin stdin
printf '%s' "$right" >bare
printf '%s\r\nsecond line\n' "$right" >crlf
opens "$key" --passin file:bare
refuse 12 open --no-input -k "$key" --passin file:crlf -o x bid.pli
stderr_has "carriage return"
exec 7<"$K/passphrase"
opens "$key" --passin fd:7
exec 7<&-

# Two keys, their passphrases in the order of -k.
printf 'another one\n' >second
openssl pkcs8 -topk8 -in "$K/p384.key" -out p384.enc -passout file:second
run 0 pli open --no-input -k p384.enc --cert "$K/p384.pem" --passin file:second \
	-k "$key" --passin "file:$K/passphrase" -o x bid.pli
same x f
rm -f x

# A key that needs no passphrase counts, too, and that is said.
refuse 12 open --no-input -k "$K/p384.key" --cert "$K/p384.pem" -k "$K/p256.p12" --passin "file:$K/passphrase" -o x bid.pli
stderr_has "the last --passin is for $K/p384.key, by the order of -k"
run 0 pli open --no-input -k "$K/p256.p12" -k "$K/p384.key" --cert "$K/p384.pem" --passin "file:$K/passphrase" -o x bid.pli
rm -f x

# What editors add is named.
{ printf '\357\273\277' && cat "$K/passphrase"; } >marked
refuse 12 open --no-input -k "$K/p256.p12" --passin file:marked -o x bid.pli
stderr_has "byte order mark"

for form in p256.p12 rsa2048.3des.p12; do
	refuse 12 open --no-input -k "$K/$form" --passin "file:$K/wrong" -o x bid.pli
	stderr_has "$form"
	refuse 12 open --no-input -k "$K/$form" -o x bid.pli
	refuse 12 verify --no-input -k "$K/$form" --passin file:/dev/null bid.pli
done
for form in pkcs8.enc.pem pkcs8.enc.der trad.enc.pem; do
	refuse 12 open --no-input -k "$K/p256.$form" --cert "$K/p256.pem" \
		--passin "file:$K/wrong" -o x bid.pli
	refuse 12 open --no-input -k "$K/p256.$form" --cert "$K/p256.pem" -o x bid.pli
done
refuse 12 open --no-input -k "$key" --passin env:NO_SUCH_VARIABLE -o x bid.pli
refuse 12 open --no-input -k "$key" --passin "cmd:exit 3" -o x bid.pli
printf 'x%.0s' $(seq 5000) >long
refuse 12 open --no-input -k "$key" --passin file:long -o x bid.pli
stderr_has "too long"
LONG=$(cat long)
export LONG
refuse 12 open --no-input -k "$key" --passin env:LONG -o x bid.pli
stderr_has "too long"
unset LONG
refuse 12 open --no-input -k "$key" --passin "cmd:cat long" -o x bid.pli
refuse 12 open --no-input -k "$key" --passin "cmd:yes 'correct horse'" -o x bid.pli
stderr_has "prints on and on"
# What the command says after the line is read, and nobody's.
opens "$key" --passin "cmd:cat '$K/passphrase' long long long long long long long long long long long long long long long"
refuse 16 open --no-input -k "$key" --passin file:. -o x bid.pli
refuse 16 open --no-input -k "$key" --passin fd:77 -o x bid.pli
stderr_has "hint: fd:3 3<FILE"
refuse 16 open --no-input -k "$key" --passin file:no-such-file -o x bid.pli
stderr_has no-such-file
stderr_has "hint: check the path"
refuse 12 open --no-input -k "$key" --passin "cmd:echo wrong" -o x bid.pli
stderr_has "hint: check that it is the one of this file"
absent x

# Without a terminal nothing is asked, and nothing hangs.
run 12 setsid -w "$PLI" open -k "$key" -o x bid.pli
absent x

# With one the passphrase is asked for, and not shown.
if script -qec true /dev/null >/dev/null 2>&1; then
	answered "Passphrase for" "$K/passphrase" "'$PLI' open -k '$key' -o x bid.pli"
	same x f
	if grep -qF "$right" "$out"; then
		problem "the passphrase was shown"
	fi
fi

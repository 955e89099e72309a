#!/usr/bin/env bash
# pli keys import: every form of a certificate; several in one file; with the key and without.
. "$(dirname "$0")/keys_lib.sh"

to=(--register "$R" --service CEA)

# takes NAME COMMAND...: imports NAME, and says so.
takes()
{
	run 0 pli keys import "${to[@]}" --name "$1" "${@:2}"
	is "$1" '.status == "active" and .origin == "imported" and .service == "CEA"'
}

takes pem "$K/p256.pem"
stderr_has "pli keys test --register $R --service CEA -k KEY pem before"
is pem '.last_test == null and .role == "personal"'
takes der "$K/rsa3072.cer"
run 0 pli keys import "${to[@]}" -k "$K/p384.key" "$K/p384.pem" --role backup
run 0 pli keys import --json --register "$R" --service DSI --name bare "$K/p521.pem"
json '.[0] | .type == "key" and (.warnings | any(contains("pli keys test")))'
is "test p384" '.role == "backup" and .last_test != null'
stderr_is_clean()
{
	grep -q "pli keys test" "$err" && problem "warned of a key that was tested"
}
stderr_is_clean
takes p12 "$K/rsa2048.p12" --passin "file:$K/passphrase"
stderr_is_clean
is p12 '.last_test != null'
takes only-key --cert "$K/p521.pem" -k "$K/p521.key"
is only-key '.last_test != null'
run 0 pli keys importer "${to[@]}" "$K/other.pem"
is "test other" '.cn == "test other"'

# A bundle: the one that is fit for encryption, or the one that the key says.
openssl crl2pkcs7 -nocrl -certfile "$K/other-rsa.pem" -certfile "$K/signonly.pem" -certfile "$K/ed25519.pem" \
	-outform DER -out chain.p7b
takes p7b chain.p7b
is p7b '.cn == "test other-rsa"'
openssl crl2pkcs7 -nocrl -certfile "$K/p256.pem" -certfile "$K/nousage.pem" -out two.p7b
refuse 2 keys import "${to[@]}" --name two two.p7b
stderr_has "test p256"
stderr_has "test nousage"
takes two two.p7b -k "$K/nousage.key"
is two '.cn == "test nousage" and .last_test != null'
cat "$K/signonly.pem" "$K/ed25519.pem" >unfit.pem
refuse 14 keys import "${to[@]}" --name unfit unfit.pem
stderr_has "test signonly"

# Twice, under another name, or another certificate under this name.
refuse 15 keys import "${to[@]}" --name again "$K/p256.pem"
stderr_has pem
refuse 15 keys import "${to[@]}" --name pem "$K/hostile.pem"

# What may not be sealed to, what is no certificate, what does not fit.
for bad in signonly rsa1024 p224 ed25519 expired; do
	refuse 14 keys import "${to[@]}" --name bad "$K/$bad.pem"
done
# Nor is a register made for it, or for a name that is none.
new=(--register new.db --service CEA)
for bad in signonly rsa1024 p224 ed25519 expired; do
	refuse 14 keys import "${new[@]}" --name bad "$K/$bad.pem"
done
refuse 2 keys import "${new[@]}" --name "" "$K/p256.pem"
refuse 2 keys import "${new[@]}" --name $'a\nb' "$K/p256.pem"
printf 'words\n' >words
refuse 14 keys import "${to[@]}" --name bad words
refuse 16 keys import "${to[@]}" --name bad none.pem
refuse 14 keys import "${to[@]}" --name bad "$K/hostile.pem" -k "$K/other.key"
refuse 12 keys import "${to[@]}" --name bad "$K/rsa3072.p12" --passin "file:$K/wrong"
refuse 14 keys import "${to[@]}" --name bad "$K/certonly.p12" --passin "file:$K/passphrase"
refuse 2 keys import "${to[@]}" --name bad
refuse 2 keys import "${to[@]}" --name bad "$K/p256.pem" "$K/p384.pem"
refuse 2 keys import --service CEA --name bad "$K/hostile.pem"
refuse 2 keys import --register "$R" --name bad "$K/hostile.pem"
# The common name of a stranger is no name of a key.
refuse 2 keys import "${to[@]}" "$K/hostile.pem"
pli keys list --json --all --register "$R" | jq -es 'any(.name == "bad") | not' >/dev/null || problem "something bad is in"

# The certificate of an authority is not dedicated to encryption: it is no backup key, and does not become one.
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout ca.key -out ca.pem -days 30 \
	-subj "/CN=Platform CA" -addext keyUsage=critical,keyCertSign,keyAgreement 2>/dev/null
refuse 14 keys import "${to[@]}" --role backup ca.pem
stderr_has "dedicated to encryption"
run 0 pli keys import "${to[@]}" --name authority -k ca.key ca.pem
refuse 14 keys role "${to[@]}" authority backup
stderr_has "dedicated to encryption"

# The command that is printed is one to copy: what stands in a name is a word there, and does nothing.
told()
{
	local words name=$1
	words=$(sed -n 's/.*should run pli keys test \(.*\) before a bid.*/\1/p' "$err")
	eval "set -- $words"
	[ "${*: -1}" = "$name" ] || problem "copied, the name is ${*: -1}, not $name"
	[ ! -e PWNED ] || problem "copied, the name is a command"
}

# shellcheck disable=SC2016 # a shell shall not expand it
for name in 'Anna $(touch PWNED)' "L'Anna \`touch PWNED\`" "a'\$(touch PWNED)'b" 'x";touch PWNED;"' $'Zo\u00e9' '~' '-Anna'; do
	openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout s.key -out s.pem -days 30 -utf8 \
		-subj "/CN=${name//\//.}" -addext keyUsage=critical,keyAgreement 2>/dev/null
	run 0 pli keys import "${to[@]}" s.pem
	told "${name//\//.}"
done
# It is the last name that looks like an option.
stderr_has "-k KEY -- -Anna before"
run 0 pli keys import --register "$R" "--service=-S T" --name Anna "$K/p256.pem"
stderr_has "--service='-S T' -k KEY Anna before"

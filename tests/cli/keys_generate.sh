#!/usr/bin/env bash
# pli keys generate: what it makes, in every form; when anything fails nothing stays.
. "$(dirname "$0")/keys_lib.sh"

content f 5000
here=(--passout "file:$pw" --no-sync)
kept=(--register "$R" --service CEA)

# opens NAME: the pair in NAME.p12 opens what was sealed to NAME.pem.
opens()
{
	run 0 pli seal --raw --no-sync -r "$1.pem" -o bid.pli f
	run 0 pli open --no-sync -k "$1.p12" --passin "file:$pw" -o opened bid.pli
	same opened f
	rm -f bid.pli opened
}

# Without a register: two files, and the object of the key.
for type in rsa3072 p256 p384; do
	run 0 pli keys generate --json --name "key $type" --type "$type" --p12 "$type.p12" --cert-out "$type.pem" "${here[@]}"
	json ".[0] | .type == \"key\" and .name == \"key $type\" and .cn == .name and .service == null and .status == null and
		.role == \"personal\" and .p12 == \"$type.p12\" and .certificate == \"$type.pem\""
	json '.[-1] | .type == "summary" and .ok == 1'
	[ "$(stat -c %a "$type.p12")" = 600 ] || problem "the mode of $type.p12"
	want=$(openssl x509 -in "$type.pem" -noout -fingerprint -sha256 | sed 's/.*=//; s/://g' | tr A-F a-f)
	json ".[0].fingerprint == \"$want\""
	opens "$type"
done
openssl x509 -in rsa3072.pem -noout -text >text
grep -A1 'X509v3 Key Usage: critical' text | grep -q 'Key Encipherment' || problem "key usage of RSA"
openssl x509 -in p256.pem -noout -text | grep -A1 'X509v3 Key Usage: critical' | grep -q 'Key Agreement' ||
	problem "key usage of EC"
grep -q 'Subject Key Identifier' text || problem "no subject key identifier"
days=$((($(date -d "$(openssl x509 -in p256.pem -noout -enddate | sed 's/.*=//')" +%s) - $(date +%s)) / 86400))
{ [ "$days" -ge 1095 ] && [ "$days" -le 1096 ]; } || problem "$days days of validity"
run 0 pli keys generate --name short --days 10 --type p256 --p12 short.p12 --cert-out short.pem "${here[@]}"
openssl x509 -in short.pem -noout -checkend $((9 * 86400)) >/dev/null || problem "shorter than 10 days"
openssl x509 -in short.pem -noout -checkend $((11 * 86400)) >/dev/null && problem "longer than 10 days"

# The profile for old stores, and CN and name that differ.
run 0 pli keys generate --name "Élodie" --cn "Elodie Petit" --p12-profile compatible --p12 old.p12 --cert-out old.pem "${here[@]}"
opens old
openssl pkcs12 -in old.p12 -info -noout -passin "file:$pw" 2>&1 | grep -q 'pbeWithSHA1And3-KeyTripleDES' ||
	problem "not the compatible profile"
openssl x509 -in old.pem -noout -subject | grep -q 'Elodie Petit' || problem "another CN"
run 0 openssl pkcs12 -in old.p12 -nokeys -passin "file:$pw"
# openssl prints it in Latin-1
LC_ALL=C grep -aq $'friendlyName: \xc9lodie' "$out" || problem "another friendly name"

# An authority that issues.
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -keyout ca.key -passout pass:ca -out ca.pem -days 30 \
	-subj "/CN=Platform CA" -addext basicConstraints=critical,CA:TRUE 2>/dev/null
printf 'ca\n' >ca.pass
issue=(--ca-cert ca.pem --ca-key ca.key --ca-passin file:ca.pass)
generate issued "${issue[@]}" --cert-out issued.pem --role backup
stderr_has 'the certificate outlives its authority, "Platform CA", which ends on 20'
openssl verify -CAfile ca.pem issued.pem >/dev/null 2>&1 || problem "not issued by the authority"
opens issued
is issued '.role == "backup" and .origin == "authority" and .issuer == "CN=Platform CA" and .status == "active" and .last_test != null'
# It may outlive its authority, whose certificate ends in 30 days, and then says so.
generate within "${issue[@]}" --days 29
grep -q outlives "$err" && problem "a warning without a reason"
generate beyond "${issue[@]}" --json --days 31
json '.[0].warnings | map(select(contains("outlives"))) | length == 1'
run 0 pli keys renew --json --no-sync --register "$R" within --p12 within2.p12 --passout "file:$pw" "${issue[@]}" --days 31
json '.[0].warnings | map(select(contains("outlives"))) | length == 1'
refuse 2 keys generate "${kept[@]}" --name x --p12 x.p12 "${here[@]}" --ca-cert ca.pem
refuse 12 keys generate "${kept[@]}" --name x --p12 x.p12 "${here[@]}" "${issue[@]:0:4}" --ca-passin "file:$pw"
refuse 14 keys generate "${kept[@]}" --name x --p12 x.p12 "${here[@]}" --ca-cert p256.pem --ca-key ca.key --ca-passin file:ca.pass
refuse 12 keys generate "${kept[@]}" --name x --p12 x.p12 "${here[@]}" "${issue[@]:0:4}" --no-input
stderr_has "hint: --ca-passin says where the passphrase is"
run 12 setsid -w "$PLI" keys generate "${kept[@]}" --name x --p12 x.p12 "${here[@]}" "${issue[@]:0:4}"
stderr_has "hint: --ca-passin says where the passphrase is"
[ "$(status_of x)" = "" ] || problem "a key of a generation that failed"

# A passphrase that is made: alone on standard output, or in an object of its own; it opens the file.
run 0 pli keys generate "${kept[@]}" --no-sync --name made --type p256 --p12 made.p12 --generate-passphrase
[ "$(wc -l <"$out")" -eq 1 ] || problem "not one line"
cp "$out" made.pass
[ "$(wc -c <made.pass)" -ge 22 ] || problem "too short for 100 bits"
grep -Eqx '[a-z-]+' made.pass || problem "not what every store accepts"
run 0 openssl pkcs12 -in made.p12 -noout -passin file:made.pass
run 0 pli keys generate --json "${kept[@]}" --no-sync --name made2 --type p256 --p12 made2.p12 --generate-passphrase
json '[.[].type] == ["passphrase", "key", "summary"]'
jq -r 'select(.type == "passphrase").passphrase' "$out" >made2.pass
cmp -s made.pass made2.pass && problem "the same passphrase twice"
run 0 openssl pkcs12 -in made2.p12 -noout -passin file:made2.pass
# What is refused prints none.
print=(--generate-passphrase --no-sync)
printf 'taken\n' >taken.pem
for words in "--name x --type p256 --p12 x.p12 --cert-out taken.pem" "--name made --type p256 --p12 x.p12" \
	"--name x --type p256 --p12 none/x.p12" "--name x --type p256 --p12 x.p12 --cert-out none/x.pem" \
	"--name x --type p256 --p12 x.p12 --days 99999" "--name x --type p256 --p12 x.p12 --p12-profile compatible" \
	"--name x --type p256 --p12 taken.pem"; do
	# shellcheck disable=SC2086
	pli keys generate --json "${kept[@]}" "${print[@]}" $words >"$out" 2>"$err" && problem "done: $words"
	last="keys generate $words"
	json 'map(.type) == ["error"]'
done
run 2 pli keys generate "${kept[@]}" "${print[@]}" --name " x" --p12 x.p12
stdout_empty
run 2 pli keys generate "${print[@]}" --register "$test_folder/new.db" --service CEA --name " x" --p12 x.p12
stdout_empty
absent "$test_folder/new.db"
run 2 pli keys generate "${print[@]}" --name x --cn "$(printf 'x%.0s' {1..65})" --p12 x.p12
stdout_empty
run 2 pli keys renew --register "$R" "${print[@]}" --p12 x.p12 Nobody
stdout_empty
rm taken.pem
# Where it cannot be printed nothing is made.
last="keys generate >/dev/full"
pli keys generate "${kept[@]}" --no-sync --name lost --type p256 --p12 lost.p12 --generate-passphrase >/dev/full 2>"$err"
[ $? -eq 16 ] || problem "not 16"
absent lost.p12
[ "$(status_of lost)" = "" ] || problem "a key whose passphrase nobody saw"
rm -f made* short* old* text

# Words that are wrong.
refuse 2 keys generate "${kept[@]}" --p12 x.p12 "${here[@]}"
refuse 2 keys generate "${kept[@]}" --name x "${here[@]}"
refuse 2 keys generate --register "$R" --name x --p12 x.p12 "${here[@]}"
refuse 2 keys generate --service CEA --name x --p12 x.p12 "${here[@]}"
stderr_has --service
refuse 2 keys generate "${kept[@]}" --name x --p12 x.p12 "${here[@]}" --generate-passphrase
refuse 2 keys generate "${kept[@]}" --name x --p12 x.p12 "${here[@]}" --type rsa1024
refuse 2 keys generate "${kept[@]}" --name x --p12 x.p12 "${here[@]}" --role both
refuse 2 keys generate "${kept[@]}" --name x --p12 x.p12 "${here[@]}" --days 0
refuse 2 keys generate "${kept[@]}" --name x --p12 x.p12 "${here[@]}" --days 99999
refuse 2 keys generate "${kept[@]}" --name x --p12 x.p12 "${here[@]}" operand
refuse 2 keys generate "${kept[@]}" --name x --p12 x.p12 --passout pass:secret
refuse 2 keys generate "${kept[@]}" --name x --p12 x --cert-out x "${here[@]}"
refuse 2 keys generate "${kept[@]}" --name x --p12 x.p12 "${here[@]}" -r ca.pem
refuse 2 keys generate "${kept[@]}" --name "$(printf 'x%.0s' {1..200})" --p12 x.p12 "${here[@]}"

# Passphrases that stores refuse, or that are missing.
printf 'accentué\n' >accent
refuse 12 keys generate "${kept[@]}" --name x --p12 x.p12 --passout file:accent
stderr_has ASCII
refuse 12 keys generate "${kept[@]}" --name x --p12 x.p12 --passout file:/dev/null
refuse 12 keys generate "${kept[@]}" --name x --p12 x.p12 --no-input
refuse 16 keys generate "${kept[@]}" --name x --p12 x.p12 --passout file:none
refuse 14 keys generate "${kept[@]}" --name x --type p256 --p12-profile compatible --p12 x.p12 "${here[@]}"

# What exists is never replaced; the folder has to be there.
content taken 10
refuse 15 keys generate "${kept[@]}" --name x --type p256 --p12 taken "${here[@]}"
refuse 15 keys generate "${kept[@]}" --name x --type p256 --p12 x.p12 --cert-out taken "${here[@]}"
refuse 15 keys generate --name x --type p256 --p12 x.p12 --cert-out taken "${here[@]}"
refuse 16 keys generate "${kept[@]}" --name x --type p256 --p12 none/x.p12 "${here[@]}"
refuse 16 keys generate "${kept[@]}" --name x --type p256 --p12 x.p12 --cert-out none/x "${here[@]}"
refuse 15 keys generate "${kept[@]}" --name issued --type p256 --p12 x.p12 "${here[@]}"
stderr_has issued
for name in x lost; do
	case $(status_of "$name") in *active* | *pending*) problem "$name is in the register" ;; esac
done

# A register that is none is not touched.
cp taken "$test_folder/none.db"
refuse 16 keys generate --register "$test_folder/none.db" --service CEA --name x --type p256 --p12 x.p12 "${here[@]}"
same taken "$test_folder/none.db"

# Typed: twice, and again until both are the same.
if script -qec true /dev/null >/dev/null 2>&1; then
	printf 'First try\nSecond try\nTyped words\nTyped words\n' >typed
	answered "for typed.p12: " typed "'$PLI' keys generate --name typed --type p256 --p12 typed.p12 --no-sync"
	grep -q 'They differ' "$out" || problem "did not notice that they differ"
	grep -q 'Typed words' "$out" && problem "what was typed is shown"
	printf 'Typed words\n' >typed.pass
	run 0 openssl pkcs12 -in typed.p12 -noout -passin file:typed.pass
fi

# Help, in both languages of the commands.
run 0 pli keys --help
stdout_has "pli keys (in French: pli cles)"
for sub in generate renew import list show rename role retire compromised export test check journal convert; do
	stdout_has "  $sub"
	run 0 pli keys "$sub" --help
	stdout_has "pli keys $sub (in French: pli cles"
	run 0 pli keys --help
done
run 0 pli help keys generate
stdout_has --p12-profile
run 0 pli cles generer --help
run 2 pli keys
run 2 pli keys generat
stderr_has "did you mean generate?"

# What is made besides the key is said: a mistyped name makes it as well.
new()
{
	run 0 pli keys generate --no-sync --register new.db --type p256 --p12 "$1.p12" --passout "file:$pw" --name "$@"
}
new One --service CEA
stderr_has "made a new register, new.db"
new Two --service CEA
! grep -q "made a new" "$err" || problem "nothing new was made"
new Three --service "C E A"
stderr_has 'made a new service, "C E A"; there is also: "CEA"'
new Four --json --service DSI
json '.[0].warnings | any(contains("made a new service"))'
# What can be known to be wrong is said before a passphrase is printed.
refuse 16 keys generate --register none/r.db --service S --name N --p12 n.p12 --generate-passphrase
stdout_empty
refuse 15 keys generate --register new.db --service cea --name N --p12 n.p12 --generate-passphrase
stdout_empty

# The register, the key and the certificate are files of their own, also where none of them is there yet.
mkdir -p sub
for same in other.db ./other.db sub/../other.db; do
	refuse 15 keys generate --register other.db --service S --name N --type p256 --p12 "$same" --passout "file:$pw"
	stderr_has "is the register of this very command"
	refuse 15 keys generate --register other.db --service S --name N --type p256 --p12 n.p12 --cert-out "$same" --passout "file:$pw"
	stderr_has "is the register of this very command"
done
refuse 15 keys generate --register new.db --service CEA --name N --p12 new.db --generate-passphrase
for same in q.p12 ./q.p12 sub/../q.p12; do
	refuse 2 keys generate --name N --type p256 --p12 q.p12 --cert-out "$same" --passout "file:$pw"
	stderr_has "--cert-out and --p12 name the same file, q.p12"
	stderr_has "choose another name"
	grep -q -e --force "$err" && problem "a hint at an option that there is not"
done

# Neither goes to standard output, and no file is made that has its name.
refuse 2 keys generate --name N --type p256 --p12 - --passout "file:$pw"
stderr_has "a private key never goes to standard output"
stderr_has "./-"
refuse 2 keys generate --name N --type p256 --p12 n.p12 --cert-out - --passout "file:$pw"
stderr_has "--cert-out names a file"
refuse 2 keys renew --register new.db --p12 - --passout "file:$pw" One
run 0 pli keys generate --no-sync --name N --type p256 --p12 ./- --passout "file:$pw"
rm ./-

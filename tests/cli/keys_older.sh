#!/usr/bin/env bash
# Keys that share their name with a newer one: named by serial number or fingerprint, and none of them compromised by mistake.
. "$(dirname "$0")/keys_lib.sh"

at=(--register "$R" --service CEA)

# field FIELD FILTER: of the key of the register for which the filter is true.
field()
{
	pli keys list --all --json --register "$R" | jq -r "select(.type == \"key\" and ($2)) | .$1"
}

renew()
{
	run 0 pli keys renew --json --no-sync --register "$R" --p12 "$1" --passout "file:$pw" "$2"
}

# states: serial and status of all keys of that name, one a line.
states()
{
	pli keys list --all --json --register "$R" | jq -r 'select(.name == "Anna") | .serial + " " + .status' | sort
}

generate SECOURS --role backup
generate Anna
first=$(field serial '.name == "Anna"')
renew second.p12 Anna
second=$(field serial '.name == "Anna" and .status == "active"')

# By name it is refused, with what there is, and nothing changes.
before=$(states)
for name in Anna ANNA; do
	refuse 2 keys compromised "${at[@]}" "$name"
	stderr_has "2 keys have the name"
	stderr_has "serial $first (retired key of \"CEA\", made 20"
	stderr_has "serial $second (active key of \"CEA\", made 20"
	stderr_has "its serial number instead of the name"
done
refuse 2 keys compromised --register "$R" Anna
[ "$(states)" = "$before" ] || problem "changed: $(states)"

# By the serial number the old one is, and the new one stays: also with upper-case letters. It is that one which is reported.
run 0 pli keys compromised --json --register "$R" "${first^^}"
json ".[0] | .serial == \"$first\" and .status == \"compromised\" and .name == \"Anna\""
[ "$(field status ".serial == \"$second\"")" = active ] || problem "the new key is not active any more"
refuse 13 keys test "${at[@]}" -k Anna.p12 --passin "file:$pw" Anna

# One of them is not compromised: the name means that one.
run 0 pli keys show --register "$R" "$first"
stdout_has "serial       $first"
grep -q "$second" "$out" && problem "another key is shown, too"
run 0 pli keys list --all --json --register "$R" "$(field fingerprint ".serial == \"$second\"")"
json "map(select(.type == \"key\").serial) == [\"$second\"]"
renew third.p12 "$second"
json '.[0] | .name == "Anna" and .status == "active" and .p12 == "third.p12"'
third=$(field serial '.name == "Anna" and .status == "active"')
[ "$third" != "$second" ] || problem "not renewed"
run 0 pli keys test --json --register "$R" -k second.p12 --passin "file:$pw" "$second"
json ".[0] | .serial == \"$second\" and .status == \"retired\""
refuse 2 keys compromised --register "$R" Anna
grep -q "$first" "$err" && problem "one that is compromised already is listed"
refuse 2 keys retire --register "$R" "$second"
stderr_has "is retired"
run 0 pli keys compromised --register "$R" "$(field fingerprint ".serial == \"$second\"")"
run 0 pli keys compromised --json "${at[@]}" Anna
json ".[0] | .serial == \"$third\" and .status == \"compromised\""
run 0 pli keys compromised "${at[@]}" Anna

# A retired key is meant, not the newer one of its name that is compromised already.
generate Bea
bea=$(field serial '.name == "Bea"')
run 0 pli keys renew --no-sync --register "$R" --p12 bea2.p12 --passout "file:$pw" Bea
run 0 pli keys compromised --register "$R" "$(field serial '.name == "Bea" and .status == "active"')"
run 0 pli keys compromised --json "${at[@]}" Bea
json ".[0] | .serial == \"$bea\" and .status == \"compromised\""

# The other commands that take a name.
backup=$(field serial '.name == "SECOURS"')
run 0 pli keys role --json "${at[@]}" "$backup" personal
json ".[0] | .serial == \"$backup\" and .role == \"personal\""
run 0 pli keys role "${at[@]}" "$backup" backup
generate Carl
carl=$(field serial '.name == "Carl"')
run 0 pli keys export --json "${at[@]}" --personal "$carl" -o carl.pem
run 0 pli keys rename --json --register "$R" "$carl" Karl
json ".[0] | .serial == \"$carl\" and .name == \"Karl\" and .action == \"renamed\""

# A name goes before a serial number.
generate "$carl"
run 0 pli keys retire --json --register "$R" "$carl"
json ".[0] | .name == \"$carl\" and .serial != \"$carl\""
[ "$(field status '.name == "Karl"')" = active ] || problem "retired by the name of another key"

# Of two services: the name alone chooses none.
generate Twice
run 0 pli keys generate --no-sync --register "$R" --service DSI --type p256 --name Twice --p12 t.p12 --passout "file:$pw"
run 0 pli keys retire --register "$R" --service DSI Twice
refuse 2 keys compromised --register "$R" Twice
stderr_has 'retired key of "DSI"'
stderr_has "or its service (--service)"
run 0 pli keys compromised --register "$R" --service DSI Twice
[ "$(field status '.name == "Twice" and .service == "CEA"')" = active ] || problem "that of the other service is not active any more"

# import NAME [OPENSSL-OPTION...]: a certificate of a new key pair.
import()
{
	openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout x.key -out x.pem -days 30 \
		-subj "/CN=$1" -addext keyUsage=critical,keyAgreement "${@:2}" 2>openssl.log || problem "openssl cannot"
	run 0 pli keys import "${at[@]}" --name "$1" x.pem
	rm -f x.key x.pem openssl.log
}

# Authorities count as they like: of several keys with one serial number none is chosen.
import One -set_serial 0x5a5b5c
import Two -set_serial 0x5a5b5c
for change in retire compromised; do
	refuse 2 keys "$change" --register "$R" 5a5b5c
	stderr_has '2 keys have the serial number "5a5b5c"'
	stderr_has "fingerprint $(field fingerprint '.name == "One"') (active key"
	stderr_has "its fingerprint instead of the name"
done
run 0 pli keys retire --json --register "$R" "$(field fingerprint '.name == "One"')"
json '.[0].name == "One"'
run 0 pli keys retire --json --register "$R" 5A5B5C
json '.[0].name == "Two"'

# What does not fit into the message is counted.
for ((i = 0; i < 10; i++)); do
	import Many
	run 0 pli keys retire --register "$R" Many
done
refuse 2 keys compromised --register "$R" Many
stderr_has "10 keys have the name"
stderr_has " more"

#!/usr/bin/env bash
# pli seal --register: personal keys as chosen, every backup key always; inspect, open and verify by name and role.
. "$(dirname "$0")/keys_lib.sh"

content f 5000
content g 6000
at=(--register "$R" --service CEA)
generate Anna
generate Bruno
refuse 14 seal "${at[@]}" -o x.pli f
stderr_has --no-backup
refuse 14 seal "${at[@]}" --each -C x f g
run 0 pli seal --no-sync "${at[@]}" --no-backup -o nobackup.pli f
generate SECOURS --role backup
run 0 pli keys generate --no-sync --register "$R" --service DSI --type p256 --name Autre --role backup --p12 autre.p12 \
	--passout "file:$pw"

# to NAME...: the recipients of the last object.
to()
{
	local names
	names=$(printf '%s\n' "$@" | jq -Rs 'split("\n")[:-1]')
	json "map(select(.type == \"sealed\")) | all((.recipients | map(.name) | sort) == ($names | sort))"
}

run 0 pli seal --json --no-sync "${at[@]}" -o bid.pli f
to Anna Bruno SECOURS
json '.[0].recipients | all(.service == "CEA") and (map(select(.role == "backup").name) == ["SECOURS"])'
json '.[0].recipients | all(has("subject") and has("issuer") and has("serial") and has("ski") and has("key_algorithm"))'
run 0 pli seal --json --no-sync "${at[@]}" --personal Bruno -o b.pli f
to Bruno SECOURS
run 0 pli seal --json --no-sync "${at[@]}" --personal Bruno --personal Anna -r "$K/p384.pem" -o c.pli f
to Anna Bruno SECOURS "$K/p384.pem"
run 0 pli seal --json --no-sync "${at[@]}" --each -C each f g
to Anna Bruno SECOURS
number_in each 2
run 0 pli seal --json --raw --no-sync "${at[@]}" -o - f
run 0 pli sceller --no-sync "${at[@]}" -o text.pli f
stderr_has "Anna, personal key of CEA"
stderr_has "SECOURS, backup key of CEA"

# Each of them opens it, alone.
for key in Anna Bruno SECOURS; do
	run 0 pli open --no-sync --register "$R" -k "$key.p12" --passin "file:$pw" -C "$key" bid.pli
	same "$key/bid/f" f
	stderr_has "$key"
	run 0 pli verify --json --register "$R" -k "$key.p12" --passin "file:$pw" bid.pli
	json ".[0].key | .name == \"$key\" and .service == \"CEA\" and (.role | length > 0)"
done
run 0 pli list --register "$R" -k Anna.p12 --passin "file:$pw" bid.pli

# Who is a recipient, and who is not, by name.
run 0 pli inspect --json --register "$R" bid.pli c.pli
json '.[0].recipients | map(.name) | sort == ["Anna", "Bruno", "SECOURS"]'
json '.[1].recipients | map(.name) | index(null) != null and length == 4'
run 0 pli inspect --json bid.pli
json '.[0].recipients | all(.name == null)'
for verb in open verify list; do
	output=()
	[ "$verb" != open ] || output=(-C x)
	refuse 13 "$verb" --register "$R" -k autre.p12 --passin "file:$pw" "${output[@]}" bid.pli
	stderr_has "the key of Autre (backup key of DSI)"
	stderr_has "Anna (personal key of CEA)"
	stderr_has "SECOURS (backup key of CEA)"
	grep -q serial "$err" && problem "a serial number where there is a name"
done
run 3 pli open --no-sync --register "$R" -k Anna.p12 --passin "file:$pw" -C several bid.pli b.pli
stderr_has "which are: Bruno (personal key of CEA)"
run 16 pli inspect --register none.db bid.pli

# Opening says of the key what inspecting says of the recipient, its status included.
for status in active retired compromised; do
	[ "$status" = active ] || run 0 pli keys "${status/retired/retire}" "${at[@]}" Bruno
	run 0 pli verify --register "$R" -k Bruno.p12 --passin "file:$pw" bid.pli
	stdout_has "which is Bruno, personal key of CEA, $status"
	run 0 pli open --no-sync --register "$R" -k Bruno.p12 --passin "file:$pw" -C status bid.pli
	stderr_has "which is Bruno, personal key of CEA, $status"
	rm -r status
	for verb in list verify; do
		run 0 pli "$verb" --json --register "$R" -k Bruno.p12 --passin "file:$pw" bid.pli
		json ".[0].key | .name == \"Bruno\" and .status == \"$status\""
	done
	run 0 pli inspect --register "$R" bid.pli
	stdout_has "Bruno, personal key of CEA, $status"
done

# The opening date.
far=$(date -u -d '+12 years' +%FT%TZ)
refuse 14 seal "${at[@]}" --opening "$far" -o x.pli f
stderr_has --allow-expiring
run 0 pli seal --no-sync "${at[@]}" --opening "$far" --allow-expiring -o late.pli f
stderr_has "before the opening"

# Words that are wrong.
refuse 2 seal --register "$R" -o x.pli f
stderr_has "name the service with --service"
refuse 2 seal --service CEA -o x.pli f
stderr_has "name the register with --register"
refuse 2 seal --no-backup -o x.pli f
stderr_has "--no-backup is about a register"
refuse 2 seal -o x.pli f
stderr_has "at least one certificate"
refuse 2 seal -r "$K/p256.pem" --personal Anna -o x.pli f
refuse 2 seal -r "$K/p256.pem" --no-backup -o x.pli f
refuse 2 seal --register "$R" --service Unknown -o x.pli f
stderr_has CEA
refuse 2 seal "${at[@]}" --personal Nobody -o x.pli f
refuse 2 seal "${at[@]}" --personal SECOURS -o x.pli f
stderr_has "backup key of the service"
refuse 2 seal "${at[@]}" --personal "" -o x.pli f
refuse 16 seal --register none.db --service CEA -o x.pli f
refuse 15 seal "${at[@]}" --force -o "$R" f
refuse 2 inspect --service CEA bid.pli
# A certificate that the register gives, too.
run 0 pli keys export "${at[@]}" --no-sync -o cea.pem
refuse 14 seal "${at[@]}" -R cea.pem -o x.pli f

# A backup key that nothing was ever opened with is said; one that is a personal key, too, is none.
own=(--register "$R" --service Own)
run 0 pli keys import "${own[@]}" --name Copy --role backup "$K/brief.pem"
run 0 pli seal --json --raw --no-sync "${own[@]}" -o own.pli f
json '.[0].warnings | length == 1 and (.[0] | contains("Copy (backup key of Own) was never tested"))'
run 0 pli keys test "${own[@]}" Copy -k "$K/brief.key" --cert "$K/brief.pem"
run 0 pli seal --json --raw --no-sync "${own[@]}" -o own2.pli f
json '.[0].warnings == []'
run 0 pli keys import "${own[@]}" --name Holder -k "$K/rsa2048.key" "$K/rsa2048.pem"
refuse 14 seal --raw "${own[@]}" -o x.pli f
stderr_has "same key pair"
refuse 14 keys export "${own[@]}"
run 14 pli keys check --json "${own[@]}"
json 'map(select(.type == "finding").finding) | index("no-backup") != null'
run 0 pli seal --raw --no-sync "${own[@]}" --no-backup -o own3.pli f
run 0 pli keys import "${own[@]}" --name Another --role backup -k "$K/p384.key" "$K/p384.pem"
run 0 pli seal --raw --no-sync "${own[@]}" -o own4.pli f

# What the register knows of the certificates of files: a key pair that is compromised refuses, one that is retired is said.
run 0 pli keys import "${own[@]}" --name Gone "$K/rsa3072.pem"
run 0 pli seal --json --raw --no-sync "${own[@]}" --personal Holder -r "$K/rsa3072.pem" -o own5.pli f
json '.[0].warnings == []'
run 0 pli keys retire "${own[@]}" Gone
run 0 pli seal --json --raw --no-sync "${at[@]}" -r "$K/rsa3072.pem" -o own6.pli f
json '.[0].warnings | length == 1 and (.[0] | contains("rsa3072.pem is retired") and contains("Gone"))'
run 0 pli keys compromised "${own[@]}" Gone
refuse 14 seal --raw "${at[@]}" -r "$K/rsa3072.pem" -o x.pli f
stderr_has "rsa3072.pem is compromised"
refuse 14 seal --raw "${at[@]}" -R "$K/rsa3072.pem" -o x.pli f

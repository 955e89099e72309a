#!/usr/bin/env bash
# pli keys rename, role, retire, compromised: what changes, and what sealing makes of it.
. "$(dirname "$0")/keys_lib.sh"

content f 5000
generate Anna
generate Bruno
generate SECOURS --role backup
at=(--register "$R" --service CEA)

# recipients NAME...: a bid is sealed to these, in any order.
recipients()
{
	local names
	names=$(printf '%s\n' "$@" | jq -Rs 'split("\n")[:-1] | sort')
	run 0 pli seal --json --raw --no-sync "${at[@]}" -o sealed.pli f
	json ".[0].recipients | map(.name) | sort == $names"
	rm -f sealed.pli
}

recipients Anna Bruno SECOURS

run 0 pli keys rename --json "${at[@]}" Anna "Anna Martin"
json '.[0] | .name == "Anna Martin" and .cn == "Anna" and .action == "renamed"'
refuse 2 keys rename "${at[@]}" Anna Other
refuse 2 keys rename "${at[@]}" Bruno
refuse 15 keys rename "${at[@]}" Bruno SECOURS
refuse 2 keys rename "${at[@]}" Bruno ""
refuse 2 keys rename "${at[@]}" Bruno "$(printf 'a\nb')"
recipients "Anna Martin" Bruno SECOURS

run 0 pli keys role "${at[@]}" "Anna Martin" backup
is "Anna Martin" '.role == "backup"'
run 0 pli keys role "${at[@]}" "Anna Martin" --role personal
is "Anna Martin" '.role == "personal"'
refuse 2 keys role "${at[@]}" Bruno chief
refuse 2 keys role "${at[@]}" Bruno
stderr_has 'name the role that "Bruno" is to have: personal or backup'
run 0 pli keys role --help
stdout_has "NAME --role personal|backup"
tr -s '[:space:]' ' ' <"$out" | grep -q 'default: personal' && problem "a role that is the default, where one has to be named"
refuse 2 keys role "${at[@]}" Nobody backup

run 0 pli keys retire "${at[@]}" Bruno
[ "$(status_of Bruno)" = retired ] || problem "not retired"
recipients "Anna Martin" SECOURS
refuse 2 keys retire "${at[@]}" Bruno
refuse 14 seal --raw "${at[@]}" --personal Bruno -o x.pli f
stderr_has retired
run 0 pli keys compromised --register "$R" Bruno
[ "$(status_of Bruno)" = compromised ] || problem "not compromised"

run 0 pli keys compromised "${at[@]}" "Anna Martin"
refuse 14 keys import "${at[@]}" --name again -k Anna.p12 --passin "file:$pw"
recipients SECOURS
run 0 pli keys retire "${at[@]}" SECOURS
stderr_has "no active backup key"
refuse 14 seal --raw "${at[@]}" -o x.pli f
refuse 14 seal --raw "${at[@]}" --no-backup -o x.pli f
run 0 pli keys list "${at[@]}"
stdout_empty

# Without --service, where the name alone says which; not where two services have it.
generate Twice
run 0 pli keys generate --no-sync --register "$R" --service DSI --type p256 --name Twice --p12 t.p12 --passout "file:$pw"
refuse 2 keys retire --register "$R" Twice
stderr_has DSI
run 0 pli keys retire --register "$R" --service DSI Twice
run 0 pli keys role --register "$R" --service CEA Twice backup

# What is warned of is in the object of the key, in JSON.
run 0 pli keys role --json "${at[@]}" Twice personal
json '.[0] | .type == "key" and (.warnings | any(contains("no active backup key")))'
run 0 pli keys role --json --register "$R" Twice backup
json '.[0].warnings | all(contains("no active backup key") | not)'
# Without --service, too; and of a single key that is left.
run 0 pli keys role --json --register "$R" Twice personal
json '.[0].warnings | any(contains("no active backup key"))'
run 0 pli keys role "${at[@]}" Twice backup

# Names that look the same are one to people: composed or not, another kind of blank or more of them, wide letters.
run 0 pli keys generate --no-sync "${at[@]}" --type p256 --name $'Zo\u00e9 Petit' --p12 zoe.p12 --passout "file:$pw"
for alike in $'Zoe\u0301 Petit' $'Zo\u00e9\u00a0Petit' $'Zo\u00e9  Petit' $'\u00a0Zo\u00e9 Petit' $'\uff3ao\u00e9 Petit'; do
	refuse 15 keys generate --no-sync "${at[@]}" --type p256 --name "$alike" --p12 x.p12 --passout "file:$pw"
	stderr_has "looks the same"
	refuse 15 keys import "${at[@]}" --name "$alike" "$K/p521.pem"
	refuse 15 keys rename "${at[@]}" Twice "$alike"
done
refuse 15 keys import --register "$R" --service $'C\uff25A' --name Other "$K/p521.pem"
stderr_has "looks the same"
# What they are looked for by is compared in the same way.
run 0 pli keys show --register "$R" --service $'c\uff25a' $'ZOE\u0301  petit'
stdout_has $'Zo\u00e9 Petit'
run 0 pli keys journal --register "$R" --service cea
stdout_has $'Zo\u00e9 Petit'
refuse 2 keys rename "${at[@]}" Twice $'Zo\u00e9\u2060 Petit'
stderr_has "nobody sees"
# Its own name it may get in another form.
run 0 pli keys rename "${at[@]}" $'Zo\u00e9 Petit' $'Zoe\u0301 Petit'
run 0 pli keys rename "${at[@]}" $'Zoe\u0301 Petit' $'Zo\u00e9 Petit'
refuse 15 keys import "${at[@]}" --name $'ZO\u00c9 PETIT' "$K/p521.pem"
run 0 pli keys retire --register "$R" $'ZO\u00c9 PETIT'
refuse 2 keys renew --no-sync --register "$R" --p12 x.p12 --passout "file:$pw" $'Zo\u00e9 Petit'
stderr_has "pli keys generate"
run 0 pli keys import "${at[@]}" --name $'ZO\u00c9 PETIT' "$K/p521.pem"

#!/usr/bin/env bash
# pli keys list, show and journal: as text, JSON and CSV.
. "$(dirname "$0")/keys_lib.sh"

generate SECOURS --role backup
generate "Élodie Petit"
generate "名前の長い人"
generate "=1+1"
generate '@"quoted", it is'
run 0 pli keys generate --no-sync --register "$R" --service DSI --type p256 --name SECOURS --p12 dsi.p12 --passout "file:$pw"
run 0 pli keys retire --register "$R" --service DSI SECOURS

# The columns stand under each other, wide characters included.
run 0 pli keys list --register "$R"
[ "$(wc -l <"$out")" -eq 6 ] || problem "not a heading and five keys"
columns=$(awk '{ sub(/(personal|backup|ROLE).*/, ""); print }' "$out" | while IFS= read -r line; do
	printf '%s' "$line" | wc -L
done | sort -u | wc -l)
[ "$columns" -eq 1 ] || problem "the columns are not aligned"
grep -q ' $' "$out" && problem "spaces at the end of a line"
run 0 pli keys list --register "$R" --service CEA
grep -q DSI "$out" && problem "a key of another service"
run 0 pli keys list --register "$R" --service DSI
stdout_empty
stderr_has "no active key"
stderr_has "not shown: 1 that is not active; --all shows them"
run 0 pli keys list -q --register "$R" --service DSI
stderr_empty
run 0 pli keys list --all --register "$R" --service DSI
stdout_has retired
stderr_empty
run 0 pli keys list --json --register "$R" --service DSI
json 'map(.type) == ["summary"] and .[0].ok == 0'

# JSON: the object of the contract, and nothing else beside.
run 0 pli keys lister --json --all --register "$R"
json 'length == 7 and (.[:-1] | all(.type == "key")) and (.[-1] | .type == "summary" and .ok == 6)'
json '.[:-1] | all(keys_unsorted[:10] == ["type", "name", "cn", "role", "service", "status", "expires", "serial",
	"fingerprint", "last_test"])'
json '.[:-1] | all((.expires | fromdate > now) and (.last_test | fromdate <= now) and (.fingerprint | test("^[0-9a-f]{64}$")))'
run 0 pli keys list --json --register "$R" --service CEA SECOURS
json 'map(.type) == ["key", "summary"] and .[0].service == "CEA"'

# CSV: RFC 4180, and nothing that a spreadsheet would compute.
run 0 pli keys list --csv --register "$R" --service CEA
[ "$(grep -c $'\r$' "$out")" -eq "$(wc -l <"$out")" ] || problem "a line does not end with CRLF"
head -n 1 "$out" | tr -d '\r' | grep -qx 'name,cn,role,service,status,expires,serial,fingerprint,last_test' ||
	problem "another heading"
stdout_has "'=1+1,'=1+1,personal"
stdout_has "\"'@\"\"quoted\"\", it is\",\"'@\"\"quoted\"\", it is\",personal"
grep -Eq '(^|,)"?[=+@-]' "$out" && problem "a formula"
run 2 pli keys list --csv --json --register "$R"
json_error 2

# show: all of a name, with the history.
run 0 pli keys show --register "$R" --service DSI SECOURS
stdout_has "status       retired"
stdout_has "algorithm    P-256"
for word in generate activate retire; do
	stdout_has "  $word  "
done
run 0 pli keys montrer --json --register "$R" --service DSI SECOURS
json '.[0] | .type == "key" and .status == "retired" and (.history | map(.action) | index("retire") != null)'
json '.[0].history | all(.type == "event" and (.time | fromdate <= now) and .service == "DSI" and (.id | type == "number"))'
refuse 2 keys show --register "$R"
refuse 2 keys show --register "$R" Nobody
stderr_has SECOURS
refuse 2 keys list --register "$R" Nobody
refuse 2 keys show --register "$R" SECOURS CEA

# The journal: numbers without holes; who did it.
run 0 pli keys rename --register "$R" --actor "Chef de service" "=1+1" "Un et un"
run 0 pli keys journal --json --register "$R"
json '.[:-1] | map(.id) == [range(1; length + 1)]'
json 'any(.actor == "Chef de service" and .action == "rename")'
login=$(id -un)
json "any(.actor == \"$login\")"
run 0 pli keys journal --register "$R" --service DSI
stdout_has retire
grep -q CEA "$out" && problem "another service in the journal"
refuse 2 keys journal --register "$R" SECOURS

# No register, none at that place, none at all.
for sub in list journal check; do
	refuse 2 keys "$sub"
	refuse 16 keys "$sub" --register none.db
	refuse 2 keys "$sub" --register "$R" --service Unknown
	stderr_has CEA
done
printf 'no register at all, but long enough to look at\n' >words
refuse 16 keys list --register words

# What is shown of a key is what its certificate says: a row, or a certificate, that somebody changed is damage.
if command -v sqlite3 >/dev/null; then
	damaged=$test_folder/damaged.db
	for change in "cn = 'Somebody'" "not_after = not_after + 86400" "ski = '00'" "serial = '01'" "fingerprint = hex(zeroblob(32))" \
		"certificate = (SELECT certificate FROM keys WHERE id = 2)"; do
		cp "$R" "$damaged"
		triggers=$(sqlite3 "$damaged" "SELECT sql || ';' FROM sqlite_schema WHERE name = 'keys_keep'")
		sqlite3 "$damaged" "DROP TRIGGER keys_keep; UPDATE keys SET $change WHERE id = 1; $triggers"
		for sub in list "list --all --json" "list --csv" "show SECOURS --service CEA"; do
			# A command and its options.
			# shellcheck disable=SC2086
			run 16 pli keys $sub --register "$damaged"
			grep -q "is not the one that was put there" "$out" "$err" || problem "another reason: $change"
		done
	done
else
	echo "left out: sqlite3 is not installed"
fi

# show opens the register once, and each of several keys of a name has its own history.
run 0 pli keys renew --no-sync --register "$R" --service CEA --p12 again.p12 --passout "file:$pw" SECOURS
run 0 pli keys show --json --register "$R" SECOURS
# jq's variables.
# shellcheck disable=SC2016
json 'map(select(.type == "key")) | length == 3 and all(.history | length > 0) and
	(map(select(.service == "CEA")) | map(.fingerprint) | unique | length == 2) and
	all(. as $key | .history | all(.service == $key.service and .fingerprint == $key.fingerprint))'
json 'map(select(.type == "key" and .service == "CEA")) | map(select(.status == "retired")) | length == 1 and
	(.[0].history | map(.action) | .[-1] == "retire")'
if strace -qq -e trace=openat -o opens true 2>/dev/null; then
	strace -f -qq -e trace=openat -o opens "$PLI" keys show --register "$R" SECOURS >"$out" 2>"$err"
	[ "$(grep -c "r.db\", O_RDWR" opens)" -eq 1 ] || problem "the register was opened more than once: $(cat opens)"
fi

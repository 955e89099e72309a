#!/usr/bin/env bash
# pli keys check: 14 and a line for each thing that may lose a bid; expiry by a clock that is set.
. "$(dirname "$0")/keys_lib.sh"

at=(--register "$R" --service CEA)

# finds SERVICE FINDING...: check ends with 14 and exactly these, in text and JSON.
finds()
{
	local service=$1 want
	shift
	want=$(printf '%s\n' "$@" | sort)
	run 14 pli keys check --json --register "$R" --service "$service" "${options[@]}"
	json_error 14
	[ "$(jq -r 'select(.type == "finding").finding' "$out" | sort)" = "$want" ] || problem "not the findings $*"
	json 'map(select(.type == "finding")) | all((.message | length > 0) and .service == "'"$service"'")'
	run 14 pli keys check --register "$R" --service "$service" "${options[@]}"
	[ "$(wc -l <"$out")" -eq $# ] || problem "not $# lines"
}
options=()

generate Anna
finds CEA no-backup single-key
generate SECOURS --role backup
run 0 pli keys check --register "$R"
stdout_empty
run 0 pli keys check -q --register "$R"
stdout_empty
stderr_empty
run 0 pli keys controler --json --register "$R"
json 'map(.type) == ["summary"]'

# Never tested; one key under two names; a service of its own.
run 0 pli keys import --register "$R" --service DSI --name Un "$K/p256.pem"
run 0 pli keys import --register "$R" --service DSI --name Secours --role backup "$K/p384.pem"
finds DSI never-tested never-tested
run 0 pli keys test --register "$R" Un -k "$K/p256.key" --cert "$K/p256.pem"
run 0 pli keys test --register "$R" Secours -k "$K/p384.key" --cert "$K/p384.pem"
run 0 pli keys check --register "$R" --service DSI
run 0 pli keys import --register "$R" --service DSI --name "Un encore" -k "$K/brief.key" "$K/brief.pem"
finds DSI weak # RSA of 2048 bits

# The opening.
far=$(date -u -d '+9 years' +%FT%TZ)
options=(--opening "$far")
finds CEA expires-before-opening expires-before-opening
options=(--opening "$(date -u -d '+1 year' +%FT%TZ)")
run 0 pli keys check "${at[@]}" "${options[@]}"
refuse 2 keys check "${at[@]}" --opening tomorrow
# One that has passed, the wrong year perhaps, is said: nothing expires before it.
options=(--opening 2020-01-01T00:00:00Z)
run 0 pli keys check "${at[@]}" "${options[@]}"
stderr_has "has passed"
run 0 pli keys check --json "${at[@]}" "${options[@]}"
json '.[-1].warnings | length == 1 and (.[0] | contains("has passed"))'
run 0 pli seal --raw --no-sync "${at[@]}" "${options[@]}" -o past.pli "$pw"
stderr_has "has passed"
run 0 pli seal --json --raw --no-sync "${at[@]}" "${options[@]}" -o past2.pli "$pw"
json '.[0].warnings | length == 1 and (.[0] | contains("has passed"))'
rm past.pli past2.pli

# Without an opening: what expires within 90 days, or as many as are said.
run 0 pli keys generate --no-sync --register "$R" --service Soon --type p256 --name A --days 60 --p12 a.p12 --passout "file:$pw"
run 0 pli keys generate --no-sync --register "$R" --service Soon --type p256 --name B --days 120 --role backup --p12 b.p12 \
	--passout "file:$pw"
options=()
finds Soon expires-soon
options=(--soon-days 150)
finds Soon expires-soon expires-soon
options=(--opening 2020-01-01T00:00:00Z)
finds Soon expires-soon
run 0 pli keys check --register "$R" --service Soon --soon-days 50
run 0 pli keys check --register "$R" --service Soon --opening "$(date -u -d '+50 days' +%FT%TZ)"
refuse 2 keys check "${at[@]}" --soon-days none
refuse 2 keys check "${at[@]}" --soon-days 50 --opening "$far"
stderr_has "--soon-days is for a check without --opening"
refuse 2 keys check "${at[@]}" --test-days none
refuse 2 keys check "${at[@]}" Anna
options=()

# A register of another name than the one that is meant: not there, or without any key.
refuse 16 keys check -q --register other.db
if command -v sqlite3 >/dev/null; then
	cp "$R" other.db
	triggers=$(sqlite3 other.db "SELECT sql || ';' FROM sqlite_schema WHERE type = 'trigger'")
	sqlite3 other.db "$(sqlite3 other.db "SELECT 'DROP TRIGGER ' || name || ';' FROM sqlite_schema WHERE type = 'trigger'")
		DELETE FROM keys; DELETE FROM services; $triggers"
	run 14 pli keys check -q --register other.db
	stdout_has "other.db: no-key: "
	run 14 pli keys check --json --register other.db
	json '.[0] | .type == "finding" and .finding == "no-key" and .service == null and .name == null'
	refuse 2 keys check --register other.db --service CEA
	rm other.db
else
	echo "left out: sqlite3 is not installed"
fi

# Two years from now nobody has tested for long; four years from now all has expired.
if command -v faketime >/dev/null; then
	later()
	{
		local when=$1
		shift
		run "$1" faketime -f "$when" "$PLI" "${@:2}"
	}
	later +400d 14 keys check --json "${at[@]}"
	json 'map(select(.type == "finding").finding) | unique == ["test-old"]'
	later +400d 0 keys check --test-days 500 "${at[@]}"
	later +1200d 14 keys check --json "${at[@]}"
	json 'map(select(.type == "finding").finding) | index("expired") != null and index("no-backup") != null'
	later +1200d 14 seal --raw --no-sync "${at[@]}" -o x.pli "$pw"
	stderr_has "valid now"
	absent x.pli

	# An expired personal key is left out, and said; chosen by name it refuses.
	later +700d 0 keys renew --no-sync --register "$R" SECOURS --p12 s2.p12 --passout "file:$pw"
	later +1200d 0 seal --raw --no-sync "${at[@]}" -o bid.pli "$pw"
	stderr_has "Anna (personal key of CEA) is left out"
	stderr_has "SECOURS, backup key of CEA"
	later +1200d 0 seal --json --raw --no-sync "${at[@]}" -o bid2.pli "$pw"
	json '.[0] | (.recipients | map(.name) == ["SECOURS"]) and (.warnings | any(contains("Anna")))'
	later +1200d 14 seal --raw --no-sync "${at[@]}" --personal Anna -o x.pli "$pw"
	stderr_has expired
	absent x.pli
	# Expiry never stops an opening, or the test of a key.
	later +3000d 0 open --no-sync -k s2.p12 --passin "file:$pw" -o opened bid.pli
	same opened "$pw"
	later +1200d 0 keys test "${at[@]}" Anna -k Anna.p12 --passin "file:$pw"
else
	echo "left out: faketime is not installed"
fi

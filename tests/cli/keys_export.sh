#!/usr/bin/env bash
# pli keys export: a bundle for -R with every active backup key in it.
. "$(dirname "$0")/keys_lib.sh"

content f 5000
at=(--register "$R" --service CEA)
generate Anna
generate Bruno
refuse 14 keys export "${at[@]}"
refuse 14 keys export "${at[@]}" -o x.pem
run 0 pli keys export --no-backup "${at[@]}"
generate SECOURS --role backup
generate SECOURS2 --role backup

# count FILE N: so many certificates, that seal takes.
count()
{
	[ "$(grep -c 'BEGIN CERTIFICATE' "$1")" -eq "$2" ] || problem "not $2 certificates"
	run 0 pli seal --json --raw --no-sync -R "$1" -o sealed.pli f
	json ".[0].recipients | length == $2"
	rm -f sealed.pli
}

run 0 pli keys export "${at[@]}"
cp "$out" all.pem
count all.pem 4
run 0 pli keys exporter "${at[@]}" --no-sync --personal Anna -o anna.pem
count anna.pem 3
run 0 pli keys export --json "${at[@]}" --no-sync -o json.pem
json '.[0] | .type == "exported" and .output == "json.pem" and (.recipients | map(.role) | sort ==
	["backup", "backup", "personal", "personal"])'
same json.pem all.pem

run 0 pli keys retire "${at[@]}" Bruno
run 0 pli keys export "${at[@]}" --no-sync -o three.pem
count three.pem 3
refuse 15 keys export "${at[@]}" -o all.pem
run 0 pli keys export "${at[@]}" --no-sync --force -o all.pem
same all.pem three.pem
refuse 15 keys export "${at[@]}" --force -o "$R"
run 0 pli keys list --register "$R"
refuse 2 keys export --register "$R"
run 0 pli keys export --json "${at[@]}"
same "$out" all.pem
jq -es '.[0].type == "exported" and .[0].output == null and .[1].type == "summary"' "$err" >/dev/null || problem "no JSON on stderr"
refuse 2 keys export "${at[@]}" Anna
refuse 2 keys export --register "$R" --service Other
refuse 2 keys export "${at[@]}" --personal Nobody
refuse 14 keys export "${at[@]}" --personal Bruno
refuse 16 keys export "${at[@]}" -o none/x.pem

# Who seals to the certificates trusts the file: nobody else may change it, whatever the umask.
(umask 0 && exec "$PLI" keys export --no-sync --register "$R" --service CEA -o open.pem 2>/dev/null)
[ "$(stat -c %a open.pem)" = 644 ] || problem "the mode of an export"
(umask 0 && exec "$PLI" keys export --no-sync --force --register "$R" --service CEA -o open.pem 2>/dev/null)
[ "$(stat -c %a open.pem)" = 644 ] || problem "the mode of an export in the place of another"
(umask 0 && exec "$PLI" keys generate --no-sync --name x --type p256 --p12 mode.p12 --cert-out mode.pem \
	--passout "file:$pw" 2>/dev/null)
[ "$(stat -c %a mode.pem) $(stat -c %a mode.p12)" = "644 600" ] || problem "the mode of --cert-out"
(umask 077 && exec "$PLI" keys export --no-sync --register "$R" --service CEA -o closed.pem 2>/dev/null)
[ "$(stat -c %a closed.pem)" = 600 ] || problem "wider than the umask"

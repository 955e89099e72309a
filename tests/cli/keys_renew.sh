#!/usr/bin/env bash
# pli keys renew: a new pair under the old name; what was sealed to the old one still opens with it.
. "$(dirname "$0")/keys_lib.sh"

content f 5000
generate SECOURS --role backup
generate Anna --cn "Anna M" --type p384
run 0 pli seal --raw --no-sync --register "$R" --service CEA -o old.pli f

run 0 pli keys renew --json --no-sync --register "$R" Anna --p12 new.p12 --cert-out new.pem --passout "file:$pw"
json '.[0] | .name == "Anna" and .cn == "Anna M" and .role == "personal" and .service == "CEA" and .status == "active" and
	.algorithm == "P-384" and .p12 == "new.p12" and .certificate == "new.pem"'
serial=$(jq -r 'select(.type == "key").serial' "$out")
run 0 pli keys list --json --all --register "$R" Anna
json 'map(select(.type == "key").status) | sort == ["active", "retired"]'
run 0 pli keys renouveler --no-sync --register "$R" --service CEA SECOURS --p12 secours2.p12 --passout "file:$pw" --type rsa3072
is SECOURS '.role == "backup" and .algorithm == "rsa-3072"'

# New envelopes name the new keys only, old ones open with the old.
run 0 pli seal --json --raw --no-sync --register "$R" --service CEA -o new.pli f
json ".[0].recipients | length == 2 and any(.serial == \"$serial\")"
run 0 pli open --no-sync -k new.p12 --passin "file:$pw" -o a new.pli
run 0 pli open --no-sync -k Anna.p12 --passin "file:$pw" -o b old.pli
same a f
same b f
run 13 pli open --no-sync --register "$R" -k new.p12 --passin "file:$pw" -o c old.pli
stderr_has "Anna (personal key of CEA, retired)"
stderr_has "SECOURS (backup key of CEA, retired)"
run 0 pli inspect --json --register "$R" old.pli
json '.[0].recipients | map(.status) == ["retired", "retired"]'
rm -f a b

refuse 2 keys renew --register "$R" Nobody --p12 x.p12 --passout "file:$pw"
stderr_has Anna
refuse 2 keys renew --register "$R" Anna --passout "file:$pw"
refuse 2 keys renew --register "$R" --p12 x.p12 --passout "file:$pw"
refuse 2 keys renew --register "$R" --service Other Anna --p12 x.p12 --passout "file:$pw"
stderr_has CEA
refuse 2 keys renew --register "$R" --role backup Anna --p12 x.p12 --passout "file:$pw"
refuse 15 keys renew --register "$R" Anna --p12 f --passout "file:$pw"
refuse 16 keys renew --register "$R.none" Anna --p12 x.p12 --passout "file:$pw"
# The old key goes only when the new one is there.
is Anna ".serial == \"$serial\""

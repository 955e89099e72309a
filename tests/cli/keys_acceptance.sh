#!/usr/bin/env bash
# A service with a personal key and a backup key, from the first command to the last, as an administrator types them.
. "$(dirname "$0")/lib.sh"

printf 'pw of the acceptance\n' >pw
openssl req -x509 -newkey rsa:3072 -nodes -keyout ca.key -out ca.pem -subj "/CN=Platform CA" -days 30 \
	-addext basicConstraints=critical,CA:TRUE 2>/dev/null
mkdir folder
content folder/f 70000
content f 5000

# The day may end meanwhile.
days=$(date -u +%F)
run 0 pli keys generate --register r.db --service CEA --name "BICLEGUIDECEA" --role personal --p12 p.p12 --passout file:pw
run 0 pli keys generate --register r.db --service CEA --name "SECOURS DSI" --role backup --ca-cert ca.pem --ca-key ca.key \
	--p12 s.p12 --passout file:pw
days+="|$(date -u +%F)"

run 0 pli keys list --register r.db --service CEA
for line in "BICLEGUIDECEA +BICLEGUIDECEA +[0-9-]{10} +personal +active +($days) +CEA" \
    "SECOURS DSI +SECOURS DSI +[0-9-]{10} +backup +active +($days) +CEA"; do
	grep -Eq "^$line\$" "$out" || problem "no line $line"
done

run 0 pli seal --register r.db --service CEA --opening 2027-03-01T12:00:00Z -o bid.pli folder/
stderr_has "BICLEGUIDECEA, personal key of CEA"
stderr_has "SECOURS DSI, backup key of CEA"
run 0 pli inspect --register r.db bid.pli
stdout_has "BICLEGUIDECEA, personal key of CEA"
stdout_has "SECOURS DSI, backup key of CEA"

run 0 pli open -k s.p12 --passin file:pw -C out bid.pli
same_tree folder out/bid/folder
openssl cms -decrypt -binary -inform DER -in bid.pli -inkey <(openssl pkcs12 -in p.p12 -nodes -nocerts -passin file:pw) \
	-recip <(openssl pkcs12 -in p.p12 -nokeys -passin file:pw) -out bid.tar 2>"$err" || problem "openssl cannot open it"
mkdir stock && tar -x -C stock -f bid.tar
same_bytes folder stock/folder

run 0 pli keys retire --register r.db --service CEA "SECOURS DSI"
run 14 pli seal --register r.db --service CEA -o x.pli f
stderr_has "no active backup key"
absent x.pli
run 14 pli keys check --register r.db --service CEA --opening "$(date -u -d '+9 years' +%FT%TZ)"
stdout_has "BICLEGUIDECEA"
stdout_has "expires-before-opening"

# What was sealed to the retired key still opens, and says whose it is.
run 0 pli verify --register r.db -k s.p12 --passin file:pw bid.pli
stdout_has "SECOURS DSI"

if command -v pk12util >/dev/null && command -v certutil >/dev/null; then
	mkdir nssdb
	run 0 certutil -N -d sql:nssdb --empty-password
	run 0 pk12util -i p.p12 -d sql:nssdb -w pw
	run 0 certutil -K -d sql:nssdb
	stdout_has BICLEGUIDECEA
else
	echo "left out: NSS is not installed"
fi
if command -v keytool >/dev/null; then
	run 0 keytool -list -keystore p.p12 -storepass "$(cat pw)"
	stdout_has PrivateKeyEntry
else
	echo "left out: keytool is not installed"
fi

run 0 sqlite3 r.db 'select count(*) from journal'
[ "$(cat "$out")" -ge 5 ] || problem "the journal is too short"
[ "$(cat r.db r.db-* 2>/dev/null | strings | grep -c 'PRIVATE KEY')" -eq 0 ] || problem "a private key is in the register"

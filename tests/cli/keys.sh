#!/usr/bin/env bash
#
# keys.sh - makes the key pairs and certificates that the CLI, interop and fault tests use.
#
#	keys.sh FOLDER
#
# A complete FOLDER is left as it is, so one set serves a whole build folder. For each NAME
# there are NAME.key (PKCS#8, not encrypted) and NAME.pem. The passphrase of every encrypted
# file is in FOLDER/passphrase.

set -euo pipefail

[ $# -eq 1 ] || { echo "usage: keys.sh FOLDER" >&2; exit 2; }
mkdir -p "$1"
cd "$1"
exec 9>lock
flock 9
[ ! -e complete ] || exit 0
exec 2>keys.log
trap '[ $? -eq 0 ] || cat keys.log' EXIT

cat >ca.cnf <<'TXT'
[ca]
default_ca = own
[own]
database = index.txt
new_certs_dir = .
serial = serial
default_md = sha256
policy = any
unique_subject = no
copy_extensions = copy
email_in_dn = no
[any]
organizationName = optional
commonName = supplied
TXT

# pair NAME USAGE REQ-OPTIONS... makes a key and a self-signed certificate that is valid now.
pair()
{
	local name=$1 usage=$2
	shift 2
	openssl req -x509 "$@" -nodes -keyout "$name.key" -out "$name.pem" -days 3650 -utf8 \
		-subj "/O=Test only/CN=${cn:-test $name}" ${usage:+-addext "keyUsage=critical,$usage"}
}

# dated NAME START END KEY makes a certificate with a validity of its own for an existing key.
dated()
{
	local name=$1 start=$2 end=$3 key=$4
	: >index.txt
	openssl rand -hex 8 | sed 's|^.|1|' >serial
	openssl req -new -key "$key.key" -out "$name.csr" -subj "/O=Test only/CN=test $name" \
		-addext keyUsage=critical,keyEncipherment
	openssl ca -batch -config ca.cnf -selfsign -keyfile "$key.key" -in "$name.csr" \
		-out "$name.pem" -notext -startdate "$start" -enddate "$end"
	cp "$key.key" "$name.key"
}

# day WHEN prints the begin of that day, from today, as openssl ca takes it.
day()
{
	date -u -d "$1" +%Y%m%d000000Z
}

rsa()
{
	pair "$1" keyEncipherment -newkey "rsa:$2"
}

ec()
{
	pair "$1" keyAgreement -newkey ec -pkeyopt "ec_paramgen_curve:$2"
}

# The kinds that pli seals to.
rsa rsa2048 2048
rsa rsa3072 3072
ec p256 P-256
ec p384 P-384
ec p521 P-521
ec other P-256
rsa other-rsa 2048
pair nousage "" -newkey ec -pkeyopt ec_paramgen_curve:P-256

# The kinds that it refuses.
rsa rsa1024 1024
ec p224 P-224
ec secp256k1 secp256k1
pair ed25519 digitalSignature -newkey ed25519
pair signonly digitalSignature,nonRepudiation -newkey rsa:2048
pair signonly-ec digitalSignature -newkey ec -pkeyopt ec_paramgen_curve:P-256
dated expired "$(day '-3 years')" "$(day '-1 year')" rsa2048
dated future "$(day '+10 years')" "$(day '+12 years')" rsa2048
dated brief "$(day '-1 year')" "$(day '+5 years')" rsa2048

# Names that try to write to the terminal: ESC, a C1 control, right-to-left override, newline.
cn=$(printf 'evil\033[31m\302\233\342\200\256txt\nnext') ec hostile P-256

# Other forms of the same keys.
printf 'correct horse\n' >passphrase
printf 'wrong horse\n' >wrong
for name in rsa2048 rsa3072 p256; do
	openssl x509 -in "$name.pem" -outform DER -out "$name.cer"
	openssl pkey -in "$name.key" -outform DER -out "$name.pkcs8.der"
	openssl pkcs8 -topk8 -in "$name.key" -out "$name.pkcs8.enc.pem" -passout file:passphrase
	openssl pkcs8 -topk8 -in "$name.key" -outform DER -out "$name.pkcs8.enc.der" \
		-passout file:passphrase
	openssl pkcs12 -export -inkey "$name.key" -in "$name.pem" -out "$name.p12" \
		-passout file:passphrase
	openssl pkey -in "$name.key" -traditional -out "$name.trad.pem"
	openssl pkey -in "$name.key" -traditional -aes256 -out "$name.trad.enc.pem" \
		-passout file:passphrase
	cat "$name.key" "$name.pem" >"$name.both.pem"
done
openssl pkcs12 -export -keypbe PBE-SHA1-3DES -certpbe PBE-SHA1-3DES -macalg sha1 \
	-inkey rsa2048.key -in rsa2048.pem -out rsa2048.3des.p12 -passout file:passphrase
openssl pkcs12 -export -inkey p256.key -in p256.pem -out p256.nopass.p12 -passout pass:
openssl pkcs12 -export -nokeys -in p256.pem -out certonly.p12 -passout file:passphrase
openssl pkey -in p256.key -pubout -out p256.pub
cat rsa3072.pem p256.pem p384.pem >bundle.pem

touch complete

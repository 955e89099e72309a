# shellcheck shell=bash
#
# marks.sh - lib.sh, and the file marks: all that is secret in two test keys, their passphrases and a content, by name, in hex
# digits. Sourced first. Also the content f, the folder d with it, and sealed: p256.pli, rsa2048.pli, d.pli, and bad.pli, of
# which one bit is wrong.
#
#	searched CODE ARGUMENTS...	pli, below marks.c; what was found is in the file report
. "$(dirname "${BASH_SOURCE[0]}")/../cli/lib.sh"

hex()
{
	od -An -tx1 -v | tr -d ' \n'
}

# number KEY FIELD prints a number of a private key, without zeroes before it.
number()
{
	openssl pkey -in "$1" -noout -text |
		awk -v field="$2:" '$0 == field { on = 1; next } /^[A-Za-z]/ { on = 0 } on' | tr -d ' :\n' |
		sed 's/^\(00\)*//'
}

make_marks()
{
	local field
	echo "ec-scalar $(number "$K/p256.key" priv)"
	for field in privateExponent prime1 prime2 exponent1 exponent2 coefficient; do
		echo "rsa-$field $(number "$K/rsa2048.key" "$field")"
	done
	# From lines of the text that hold nothing that is public.
	echo "pem-ec $(sed -n 2p "$K/p256.key" | tail -c 25 | tr -d '\n' | hex)"
	echo "pem-rsa $(sed -n 16p "$K/rsa2048.key" | tr -d '\n' | hex)"
	echo "passphrase $(head -n 1 "$K/passphrase" | tr -d '\n' | hex)"
	echo "passphrase-in-pkcs12 $(head -n 1 "$K/passphrase" | tr -d '\n' | iconv -t UTF-16BE | hex)"
	echo "new-passphrase $(tr -d '\n' <new | hex)"
	echo "new-passphrase-in-pkcs12 $(tr -d '\n' <new | iconv -t UTF-16BE | hex)"
	echo "wrong-passphrase $(head -n 1 "$K/wrong" | tr -d '\n' | hex)"
	echo "plaintext $(tail -c 64 f | hex)"
}

searched()
{
	rm -f report
	LD_PRELOAD=$MARKS_LIBRARY MARKS=$PWD/marks REPORT=$PWD/report run "$1" "$PLI" "${@:2}"
	rm -rf x x.d
	grep -q '^looked at all memory$' report || problem "memory was not searched"
}

content f 1300000
printf 'another passphrase\n' >new
make_marks >marks
[ "$(grep -cE '^[A-Za-z0-9-]+ ([0-9a-fA-F]{2}){8,}$' marks)" -eq 15 ] || { echo "marks: not as they should be"; exit 1; }
mkdir d
cp f d/f
seal p256.pli f p256
seal rsa2048.pli f rsa2048
run 0 pli seal -q --no-sync -r "$K/p256.pem" -o d.pli d
cp p256.pli bad.pli
flip bad.pli 70000

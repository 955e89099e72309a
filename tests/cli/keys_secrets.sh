#!/usr/bin/env bash
# Passphrases and private keys stay where they belong; names from outside write nothing to the terminal.
. "$(dirname "$0")/keys_lib.sh"

marker="Marker 5f1c7a2e"
printf '%s\n' "$marker" >"$pw"
at=(--register "$R" --service CEA)

# hidden: the passphrase and the scalar of the key are in nothing that the last run printed, nor in the register.
hidden()
{
	local file
	for file in "$out" "$err" "$R"*; do
		grep -qaF "$marker" "$file" && problem "the passphrase is in $file"
		grep -qaE 'PRIVATE KEY' "$file" && problem "a private key is in $file"
		[ ! -s "$test_folder/scalar" ] ||
			! od -An -v -tx1 "$file" | tr -d ' \n' | grep -qF "$(cat "$test_folder/scalar")" ||
			problem "the private key itself is in $file"
	done
}

run 0 pli keys generate -v "${at[@]}" --no-sync --name Anna --type p256 --p12 anna.p12 --passout "file:$pw"
hidden
openssl pkcs12 -in anna.p12 -nodes -nocerts -passin "file:$pw" 2>/dev/null | openssl pkey -noout -text |
	sed -n '/^priv:/,/^pub:/{/^priv:/d;/^pub:/d;p}' | tr -d ' :\n' | sed 's/^00//' >"$test_folder/scalar"
[ "$(wc -c <"$test_folder/scalar")" -ge 60 ] || problem "no private key to look for"
hidden
# The search finds what it looks for.
openssl pkcs12 -in anna.p12 -nodes -nocerts -passin "file:$pw" 2>/dev/null | openssl pkey -outform DER |
	od -An -v -tx1 | tr -d ' \n' | grep -qF "$(cat "$test_folder/scalar")" || problem "the search is blind"
run 0 pli keys test -v "${at[@]}" Anna -k anna.p12 --passin "file:$pw"
hidden
run 0 pli keys show --json "${at[@]}" Anna
hidden
run 12 pli keys convert --passin "file:$pw" --passout "cmd:printf '$marker\351'" anna.p12 x.p12
hidden
run 2 pli keys convert --passin "pass:$marker" anna.p12 x.p12
hidden
run 2 pli keys generate "${at[@]}" --name x --p12 x.p12 --passout "$marker"
hidden
# Nothing is left in the folder but what was asked for.
only anna.p12
# While it runs the passphrase is in nobody's list of processes: it comes from a file, and no child is started for it.
MARK=$marker run 0 pli keys generate "${at[@]}" --no-sync --name Env --type p256 --p12 env.p12 --passout env:MARK
hidden

# Names that would write to the terminal, or look like others, are refused.
bad()
{
	refuse 2 keys generate "${at[@]}" --name "$1" --type p256 --p12 x.p12 --passout "file:$pw"
	LC_ALL=C grep -qP '[\x00-\x08\x0b-\x1f\x7f]|\xc2[\x80-\x9f]|\xe2\x80[\x8e\x8f\xaa-\xae]|\xe2\x81[\xa6-\xa9]' "$err" &&
		problem "what steers the terminal came through"
	refuse 2 keys import "${at[@]}" --name "$1" "$K/p384.pem"
	refuse 2 keys rename "${at[@]}" Anna "$1"
	refuse 2 keys generate --register "$R" --service "$1" --name x --type p256 --p12 x.p12 --passout "file:$pw"
	refuse 2 keys generate "${at[@]}" --actor "$1" --name x --type p256 --p12 x.p12 --passout "file:$pw"
}
bad "$(printf 'a\033[31mb')"
bad "$(printf 'a\nb')"
bad "$(printf 'a\342\200\256b')"
bad "$(printf 'a\302\233b')"
bad "$(printf 'a\377b')"
bad "$(printf 'x%.0s' {1..129})"

# A name that begins with "-" is one, written so that it is not taken for an option.
run 0 pli keys generate "${at[@]}" --no-sync --name=-rf --type p256 --p12=./-rf.p12 --passout "file:$pw"
run 0 pli keys show "${at[@]}" -- -rf
refuse 2 keys generate "${at[@]}" --name -rf --type p256 --p12 x.p12 --passout "file:$pw"

# The common name of a certificate may be anything: it is shown with everything escaped.
run 0 pli keys import "${at[@]}" --name hostile "$K/hostile.pem"
for form in "" --csv --json; do
	run 0 pli keys list "${at[@]}" ${form:+"$form"}
	stdout_has evil
	tr -d '\r\n' <"$out" >"$test_folder/flat"
	LC_ALL=C grep -qP '[\x00-\x1f\x7f]|\xc2[\x80-\x9f]|\xe2\x80[\x8e\x8f\xaa-\xae]|\xe2\x81[\xa6-\xa9]' "$test_folder/flat" &&
		problem "what steers the terminal came through ($form)"
done
[ "$(pli keys list --csv "${at[@]}" | wc -l)" -eq 5 ] || problem "a name made a line of its own"
run 0 pli keys show "${at[@]}" hostile
if LC_ALL=C grep -qP '[\x00-\x09\x0b-\x1f\x7f]' "$out"; then
	problem "what steers the terminal came through"
fi

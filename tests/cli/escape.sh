#!/usr/bin/env bash
# Names from outside reach the terminal with control and bidirectional characters escaped.
. "$(dirname "$0")/lib.sh"

content f 5000

# clean checks that the last run printed no raw control or bidirectional character.
clean()
{
	local file
	for file in "$out" "$err"; do
		if LC_ALL=C grep -qP '[\x00-\x08\x0b-\x1f\x7f]' "$file"; then
			problem "a control character"
		fi
		if LC_ALL=C grep -qP '\xc2[\x80-\x9f]|\xe2\x80[\x8e\x8f\xaa-\xae]|\xe2\x81[\xa6-\xa9]' \
		    "$file"; then
			problem "a C1 or bidirectional character"
		fi
	done
}

seal bid.pli f hostile p256
clean
run 0 pli seal -v --raw -r "$K/hostile.pem" -o verbose.pli f
clean
run 0 pli inspect bid.pli
stdout_has evil
clean
run 0 pli inspect --json bid.pli
json '.[0].recipients | any(.issuer | contains("evil"))'
clean
run 0 pli open -v -k "$K/hostile.key" --cert "$K/hostile.pem" -o x bid.pli
clean
run 13 pli open -k "$K/other.key" --cert "$K/other.pem" -o y bid.pli
stderr_has evil
clean
run 14 pli seal --raw -r "$K/hostile.pem" -r "$K/hostile.pem" -o twice.pli f
clean
run 14 pli open -k "$K/p256.key" --cert "$K/hostile.pem" -o y bid.pli
clean

# File names.
name=$(printf 'bid\033]0;title\007\342\200\256gpj.pli')
cp bid.pli "$name"
run 0 pli inspect "$name"
clean
run 0 pli verify -v -k "$K/p256.both.pem" "$name"
clean
run 15 pli seal --raw -r "$K/p256.pem" -o "$name" f
clean
run 16 pli seal --raw -r "$K/p256.pem" -o z "$name.none"
clean
run 16 pli seal --raw -r "$name.none" -o z f
clean
run 2 pli "$name"
clean
run 2 pli seal "--$name"
clean
run 2 pli seal --opening "$name" --raw -r "$K/p256.pem" -o z f
clean
run 0 pli inspect --json "$name"
json '.[0].file == "bid\u001b]0;title\u0007\u202egpj.pli"'
clean

# Accents are no threat: they stay readable.
cp f 'réponse n°1'
run 16 pli seal --raw -r "$K/p256.pem" -o z 'réponse n°2'
stderr_has 'réponse n°2'

# What is not seen is.
run 16 pli seal --raw -r "$K/p256.pem" -o z $'x\u2060\u2064\ufe0f\u3164\u115f\u2800\u17b4\U000e0100\U0001d173'
stderr_has 'x\u{2060}\u{2064}\u{fe0f}\u{3164}\u{115f}\u{2800}\u{17b4}\u{e0100}\u{1d173}'

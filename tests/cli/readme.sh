#!/usr/bin/env bash
# The commands of README's "Five minutes" and "Keys" work as they stand, one after the other, in an empty folder; and its C compiles.
. "$(dirname "$0")/lib.sh"

readme=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)/README.md

# section TITLE: the lines of code of a section.
section()
{
	sed -n "/^## $1\$/,/^## /s/^    //p" "$readme"
}

mkdir bin
ln -s "$PLI" bin/pli
PATH=$PWD/bin:$PATH
unset -f pli
{
	echo 'set -e -o pipefail'
	section "Five minutes"
	# What is typed on the terminal comes from the file pw here.
	section "Keys" | sed -e 's/^pli keys generate .*anna.p12$/& --passout file:pw/' \
		-e 's/^openssl pkcs12 .*bruno.p12$/& -passout file:pw/' \
		-e 's/^pli keys test .*bruno.p12.*/& --passin file:pw/' \
		-e 's/^\(pli keys generate .*\) --generate-passphrase$/\1 --generate-passphrase | tee secours.pw/' \
		-e 's/^pli open -k secours.p12 .*/& --passin file:secours.pw/' \
		-e 's/^pli keys check .*/{ &; } || [ $? -eq 14 ]/'
} >all.sh
[ "$(grep -c '^pli\|; pli\|&& pli' all.sh)" -gt 15 ] || problem "README has hardly any command"
last="README"
bash all.sh >"$out" 2>"$err" </dev/null || problem "a command fails: $(tail -n 3 "$err")"

section "Embed" >embed.c
if command -v cc >/dev/null; then
	cc -fsyntax-only -Wall -Werror -I"$(dirname "$readme")/include" embed.c || problem "the example does not compile"
fi

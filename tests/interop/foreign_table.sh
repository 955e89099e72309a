#!/usr/bin/env bash
#
# foreign_table.sh - the table "producer by feature" of FORMAT.md, out of what the other foreign tests found.
#
#	foreign_table.sh FOLDER [--write]	FOLDER holds NAME.rows of each
#
# Without --write, FORMAT.md must hold the same table already. Prints how many foreign messages opened.

set -u
folder=${1:?a folder with rows}
format=$(cd "$(dirname "$0")/../.." && pwd)/FORMAT.md
begin='<!-- foreign: written by tests/interop/foreign_table.sh -->'
end='<!-- end of foreign -->'
rows=()
for name in vectors openssl bouncycastle gpgsm nss; do
	if [ ! -s "$folder/$name.rows" ]; then
		if [ -n "${PLI_VECTORS-}" ]; then
			echo "there are no rows of $name"
			exit 1
		fi
		echo "skipped: no rows of $name: it was skipped, or failed"
		exit 77
	fi
	rows+=("$folder/$name.rows")
done

table()
{
	printf '%s\n\n| producer | message | messages | encodings | pli |\n|---|---|---|---|---|\n' "$begin"
	LC_ALL=C awk -F '\t' '
		{ key = $1 "\t" $2 "\t" $3; if (!(key in count)) { order[++n] = key }; count[key]++
		  if (!((key, $4) in seen)) { seen[key, $4] = 1; forms[key] = forms[key] (forms[key] == "" ? "" : ", ") $4 } }
		END { for (i = 1; i <= n; i++) { split(order[i], f, "\t")
			printf "| %s | %s | %d | %s | %s |\n", f[1], f[2], count[order[i]], forms[order[i]], f[3] } }' "${rows[@]}"
	printf '\n%s\n' "$end"
}

# The page with the table in its place.
page()
{
	awk -v begin="$begin" '$0 == begin { exit } { print }' "$format"
	table
	awk -v end="$end" 'behind { print } $0 == end { behind = 1 }' "$format"
}

grep -qxF -- "$begin" "$format" || { echo "FORMAT.md has no place for the table"; exit 1; }
echo "$(cat "${rows[@]}" | grep -c $'\topened') foreign messages opened, $(cat "${rows[@]}" | grep -c $'\trefused') refused as they must be"
if [ "${2-}" = --write ]; then
	page >"$format.new" && mv "$format.new" "$format"
	exit
fi
if ! page | cmp -s - "$format"; then
	echo "the table in FORMAT.md is not current; write it with $0 $folder --write"
	page | diff "$format" - | head -20
	exit 1
fi

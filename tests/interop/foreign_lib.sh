# shellcheck shell=bash
#
# foreign_lib.sh - what the tests of other people's messages share. Sourced after lib.sh.
#
#	opens WHAT FORM FILE CONTENT KEY [FLAG...]	it opens with exactly these flags, and is refused without any of them
#	refused WHAT FORM CODE FILE KEY [FLAG...]	it is not opened even with them, and inspect says so and ends with 0
#	table_done					leaves the rows for foreign_table.sh
#
# KEY is a file with a key and its certificate. WHAT is a row of the table in FORMAT.md, "container, cipher, key transport";
# FORM is how it was encoded.
#
# lib.sh assigns what this does not.
# shellcheck disable=SC2154

: "${PRODUCER:?set PRODUCER to the name in the table}"
rows=$test_folder/rows
: >"$rows"
opened=0
declined=0

# authenticated FLAG...: will what is opened with these be authenticated?
authenticated()
{
	case " $* " in
	*" --accept-unauthenticated "*) echo false ;;
	*) echo true ;;
	esac
}

opens()
{
	local what=$1 form=$2 file=$3 content=$4 key=$5 flag without
	shift 5
	for flag in "$@"; do
		without=()
		for other in "$@"; do
			[ "$other" = "$flag" ] || without+=("$other")
		done
		run 19 pli open "${without[@]}" -k "$key" -o x "$file"
	done
	run 0 pli open --json --no-sync "$@" -k "$key" -o x "$file"
	json "[.[] | select(.type == \"opened\")] | length == 1 and
		.[0].authenticated == $(authenticated "$@")"
	same x "$content"
	rm -f x
	piped=$file run 0 pli open "$@" -k "$key" -o - -
	same "$out" "$content"
	opened=$((opened + 1))
	printf '%s\t%s\topened%s\t%s\n' "$PRODUCER" "$what" "${*:+ with \`$*\`}" "$form" >>"$rows"
}

refused()
{
	local what=$1 form=$2 code=$3 file=$4 key=$5 why
	shift 5
	run 0 pli inspect --json "$file"
	json '[.[] | select(.type == "envelope")][0].problems | length > 0'
	run "$code" pli open --json "$@" -k "$key" -o x "$file"
	why=$(jq -r 'select(.type == "error").id' <"$out")
	absent x
	declined=$((declined + 1))
	printf '%s\t%s\trefused (%s, %s)\t%s\n' "$PRODUCER" "$what" "$code" "$why" "$form" >>"$rows"
}

table_done()
{
	echo "$PRODUCER: $opened foreign messages opened, $declined refused as they must be"
	[ "$problems" -gt 0 ] || [ -z "${ROWS-}" ] || cp "$rows" "$ROWS"
}

# Rows of an earlier run are not those of this one. Who says where the vectors are wants every producer, too.
[ -z "${ROWS-}" ] || rm -f "$ROWS"
[ -z "${PLI_VECTORS-}" ] || export CI=true

for name in rsa2048 rsa3072 p256 p384 p521; do
	cat "$K/$name.key" "$K/$name.pem" >"$test_folder/$name.both"
done
# Read by those who source this.
# shellcheck disable=SC2034
{
	B=$test_folder
	plain=--accept-unauthenticated
	old=--accept-legacy
}

# shellcheck shell=bash
#
# keys_lib.sh - lib.sh, and what the tests of pli keys are written with. Sourced first by those.
#
#	generate NAME [OPTION...]	a key in the register $R, of the service CEA, in NAME.p12
#	status_of NAME			what the register says of it
#
# The register stands outside the folder of the test: refuse sees any change in there.

. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

R=$test_folder/r.db
pw=$test_folder/pw
printf 'Correct horse 7\n' >"$pw"

generate()
{
	run 0 pli keys generate --no-sync --register "$R" --service CEA --type p256 --name "$1" \
		--p12 "$1.p12" --passout "file:$pw" "${@:2}"
}

status_of()
{
	pli keys list --all --json --register "$R" |
		jq -r --arg name "$1" 'select(.name == $name) | .status'
}

# is NAME FILTER: the filter is true of the only active key of that name.
is()
{
	pli keys list --json --register "$R" "$1" | jq -es "map(select(.type == \"key\")) | length == 1 and (.[0] | $2)" \
		>/dev/null || problem "not so of $1: $2"
}

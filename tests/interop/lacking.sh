#!/usr/bin/env bash
# Where others' data are not to be had, tests are skipped with a word; where PLI_VECTORS says that they are, data and programs have
# to be there.
. "$(dirname "$0")/../cli/lib.sh"

tests=$(cd "$here/.." && pwd)
export PLI KEYS=$K

# nothing_there PLI_VECTORS CODE: all but what is needed to get so far.
nothing_there()
{
	export CI='' PLI_VECTORS=$1
	shift
	run "$1" "$tests/cli/vectors.sh"
	run "$1" "$tests/wycheproof/run.sh" false
	run "$1" "$tests/interop/foreign_vectors.sh"
	run "$1" "$tests/interop/foreign_table.sh" .
	PATH=$test_folder/few run "$1" "$tests/interop/foreign_nss.sh"
	stdout_has "package libnss3-tools"
}

mkdir "$test_folder/few"
for program in bash env basename mkdir head sed dirname realpath mktemp cat chmod rm flock openssl; do
	[ ! -x "/usr/bin/$program" ] || ln -s "/usr/bin/$program" "$test_folder/few"
done
nothing_there "" 77
nothing_there /nowhere 1

# Rows of an earlier run do not outlive the beginning of the next.
echo old >rows
ROWS=$PWD/rows run 1 "$tests/interop/foreign_vectors.sh"
absent rows

#!/usr/bin/env bash
# Where others' data or programs are missing a test is skipped with a word by hand, and fails in CI and where PLI_VECTORS is set.
. "$(dirname "$0")/../cli/lib.sh"

tests=$(cd "$here/.." && pwd)
export PLI KEYS=$K

# nothing_there CI PLI_VECTORS: all but what is needed to get so far.
nothing_there()
{
	export CI=$1 PLI_VECTORS=$2
	shift 2
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
nothing_there "" "" 77
stdout_has skipped
nothing_there true "" 1
nothing_there "" /nowhere 1

# Rows of an earlier run do not outlive the beginning of the next.
echo old >rows
ROWS=$PWD/rows run 1 "$tests/interop/foreign_vectors.sh"
absent rows

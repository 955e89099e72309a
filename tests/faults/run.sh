#!/usr/bin/env bash
#
# run.sh - every call that can fail is made to fail, in turn: the n-th, once and from then on.
#
#	PLI=... FAULTS=libfaults.so MAKE_PAIR=... LOOK=... run.sh [files | folders | unzip | keys | SCENARIO...]
#
# Each run ends with 0 and the complete, right output, or with a documented code and nothing:
# never by a signal, never with 0 and something else. Interrupted and short transfers are no
# faults: those runs must succeed. FULL=1 tries every n of pli's own calls; otherwise, for the
# memory of libcrypto, and for most of what keys do (see keys.sh), a few spread over all of them.
# EVERY=N (see lib.sh) of those an N-th, and always the last.
# ONLY=CALL leaves out the faults of all other calls. With AddressSanitizer in pli: no leak, see below.
. "$(dirname "$0")/../cli/lib.sh"

: "${FAULTS?set FAULTS to the library made from faults.c}"
: "${MAKE_PAIR:?set MAKE_PAIR to the program made from tests/interop/make_pair.c}"
! grep -q __tsan_init "$PLI" || not_here "ThreadSanitizer and the fault injector exclude each other"

points=${POINTS:-3}
[ -z "${FULL-}" ] || points=1000000
memory_points=${MEMORY_POINTS:-$([ -n "${FULL-}" ] && echo 400 || echo 6)}

# Under AddressSanitizer the injector is in the program, memory is always there, and what is looked for is a leak: its exit
# code is none of those that are right. The first and the last call of each kind, once.
leaks=
if grep -q __asan_init "$PLI"; then
	leaks=yes
	points=1
	memory_points=1
	FAULTS=
	export ASAN_OPTIONS=${ASAN_OPTIONS:+$ASAN_OPTIONS:}exitcode=99 LSAN_OPTIONS=exitcode=99
fi

content f 2300000
seal bid.pli f p256
cp bid.pli bad.pli
flip bad.pli 700000
printf 'old\n' >old
echo passphrase >pw
mkdir place
key=(-k "$K/p256.key" --cert "$K/p256.pem")
runs=0

# A folder: more than one segment, more than one folder deep, an empty file and folder, a header of several blocks.
mkdir -p "folder/Pièces/sub" folder/empty "folder/$(printf 'n%.0s' $(seq 200))"
content folder/large 5000000
printf 'one\n' >"folder/Pièces/sub/one"
printf 'two\n' >"folder/$(printf 'n%.0s' $(seq 200))/two"
: >folder/nothing
chmod 0444 folder/nothing
find folder -exec touch -d '2021-03-04 05:06:07' {} +
tree folder >folder.tree
pli seal -q --no-sync -r "$K/p256.pem" -o folder.pli folder 2>/dev/null || exit 1
cp folder.pli badfolder.pli
cp folder.pli again.pli
cp folder.pli third.pli
flip badfolder.pli 700000
bsdtar --format zip -cf folder.zip folder && pli seal -q --raw --no-sync -r "$K/p256.pem" -o zip.pli folder.zip || exit 1
pli list "${key[@]}" --digests folder.pli >list.list_folder 2>/dev/null &&
	pli list --json "${key[@]}" --digests folder.pli >list.list_json &&
	pli list --unzip "${key[@]}" --digests zip.pli >list.list_zip 2>/dev/null || exit 1

. "$here/../faults/keys.sh"
keys_prepare >/dev/null 2>&1 || { echo "the registers cannot be made"; exit 1; }

# with NAME=VALUE... COMMAND...: what env does, with one program less to start: there are thousands of runs.
with()
(
	while [[ $1 == *=* ]]; do
		export "${1?}"
		shift
	done
	exec "$@"
)

# The scenarios: COMMAND_x what runs, in the folder above place; RIGHT_x whether its output is right.
command_seal()
{
	with "$@" "$PLI" seal -j 2 --raw -r "$K/p256.pem" -o place/x f >"$out" 2>"$err"
}
command_seal_pipe()
{
	# shellcheck disable=SC2002 # a pipe is wanted
	cat f | with "$@" "$PLI" seal -j 2 -r "$K/p256.pem" -o - - 2>"$err" | cat >"$out"
	return "${PIPESTATUS[1]}"
}
command_open()
{
	with "$@" "$PLI" open -j 2 "${key[@]}" -o place/x bid.pli >"$out" 2>"$err"
}
command_open_pipe()
{
	# shellcheck disable=SC2002 # a pipe is wanted
	cat bid.pli | with "$@" "$PLI" open -j 2 "${key[@]}" -o - - 2>"$err" | cat >"$out"
	return "${PIPESTATUS[1]}"
}
command_open_over()
{
	with "$@" "$PLI" open -j 2 "${key[@]}" --force -o place/x bid.pli >"$out" 2>"$err"
}
command_verify()
{
	with "$@" "$PLI" verify -j 2 "${key[@]}" bid.pli >"$out" 2>"$err"
}
command_refuse()
{
	with "$@" "$PLI" open -j 2 "${key[@]}" -o place/x bad.pli >"$out" 2>"$err"
}
command_pair()
{
	rm -f cert
	with "$@" "$MAKE_PAIR" p256 modern test place/x cert <pw >"$out" 2>"$err"
}

command_seal_folder()
{
	with "$@" "$PLI" seal -j 2 -q -r "$K/p256.pem" -o place/x folder >"$out" 2>"$err"
}
command_seal_each()
{
	with "$@" "$PLI" seal -j 2 -q --each -C place/x -r "$K/p256.pem" folder >"$out" 2>"$err"
}
# pli makes place/x, too.
command_open_folder()
{
	with "$@" "$PLI" open -j 2 -q "${key[@]}" -C place/x folder.pli >"$out" 2>"$err"
}
command_open_zip()
{
	with "$@" "$PLI" open -j 2 -q --unzip "${key[@]}" -C place/x zip.pli >"$out" 2>"$err"
}
# Side by side, and going on after a failure.
command_open_several()
{
	with "$@" "$PLI" open -j 2 -q "${key[@]}" -C place/x folder.pli again.pli >"$out" 2>"$err"
}
command_list_folder()
{
	with "$@" "$PLI" list -j 2 "${key[@]}" --digests folder.pli >"$out" 2>"$err"
}
# The ZIP file is kept meanwhile.
command_list_zip()
{
	with "$@" TMPDIR=place "$PLI" list -j 2 --unzip "${key[@]}" --digests zip.pli >"$out" 2>"$err"
}
command_list_json()
{
	with "$@" "$PLI" list -j 2 --json "${key[@]}" --digests folder.pli >"$out" 2>"$err"
}
command_verify_folder()
{
	with "$@" "$PLI" verify -j 2 "${key[@]}" folder.pli >"$out" 2>"$err"
}
command_refuse_folder()
{
	with "$@" "$PLI" open -j 2 "${key[@]}" -C place/x badfolder.pli >"$out" 2>"$err"
}

envelope_right()
{
	"$PLI" open "${key[@]}" -o - "$1" 2>/dev/null | cmp -s - f
}
right_seal()
{
	envelope_right place/x
}
right_seal_pipe()
{
	envelope_right "$out"
}
right_open()
{
	cmp -s place/x f
}
right_open_pipe()
{
	cmp -s "$out" f
}
right_open_over()
{
	cmp -s place/x f
}
right_verify()
{
	[ ! -e place/x ] && grep -q '^  authenticated' "$out"
}
right_pair()
{
	[ "$(stat -c %a place/x)" = 600 ] && "$PLI" seal --no-sync --force --raw -r cert -o bid f >/dev/null 2>&1 &&
		"$PLI" open -k place/x --passin file:pw -o - bid 2>/dev/null | cmp -s - f
}
right_refuse()
{
	false
}
# Where the umask cannot be read, files are their owner's alone.
folder_right()
{
	diff -r folder "$1" >/dev/null || return
	case $last in
	*": open "* | *": malloc "*) tree "$1" | strict | cmp -s - folder.strict ;;
	*) tree "$1" | cmp -s - folder.tree ;;
	esac
}
strict()
{
	sed -E 's/ ([df]) ([0-7])[0-7]{2} / \1 \200 /'
}
strict <folder.tree >folder.strict
folder_envelope_right()
{
	local right
	"$PLI" open -q --no-sync "${key[@]}" -C again "$1" >/dev/null 2>&1 &&
		folder_right "again/$(basename "$1" .pli)/folder"
	right=$?
	rm -rf again
	return "$right"
}
right_seal_folder()
{
	folder_envelope_right place/x
}
right_seal_each()
{
	folder_envelope_right place/x/folder.pli
}
right_open_folder()
{
	folder_right place/x/folder/folder
}
right_open_zip()
{
	folder_right place/x/zip/folder
}
right_open_several()
{
	folder_right place/x/folder/folder && folder_right place/x/again/folder
}
right_list_folder()
{
	cmp -s "$out" list.list_folder
}
right_list_zip()
{
	cmp -s "$out" list.list_zip
}
right_list_json()
{
	cmp -s "$out" list.list_json
}
right_verify_folder()
{
	right_verify
}
right_refuse_folder()
{
	false
}

# in_place SCENARIO CALL N: only the very last sync, that of the folder, may fail with the output in place, and that is said.
in_place()
{
	[ "$2$code" = fsync16 ] && [ "$3" -eq "$(sed -n 's/^fsync //p' counts.pli)" ] &&
		grep -q 'is complete and in place, but its folder could not be synced' "$err" && "right_$1"
}

# synced SCENARIO: each thing that was written, and the folder that it is named in; a key once more, before it is read back.
synced()
{
	local least=0
	case $1 in
	seal | open | open_over | seal_folder | seal_each | open_folder | open_zip | keys_export | keys_seal) least=2 ;;
	keys_renew | keys_convert) least=3 ;;
	open_several) least=4 ;;
	keys_generate) least=7 ;; # the certificate and the register, too
	esac
	[ "$(sed -n 's/^fsync //p' counts.pli)" -ge "$least" ] || problem "not synced"
}

# nothing_wrong SCENARIO CALL N: after a run that failed.
nothing_wrong()
{
	local size
	case $1 in
	open_pipe)
		size=$(stat -c %s "$out")
		cmp -s -n "$size" "$out" f || problem "a pipe got what is not content"
		;;
	open_over)
		cmp -s place/x old || in_place "$@" || problem "the old file is not as it was"
		;;
	list_*)
		# What is printed is printed after all is known: never the list of something else.
		! grep -vxFf "list.$1" "$out" | grep -qvxE '\{"type":"error",.*|out of memory' || problem "a list that is not of this"
		;;
	open_several)
		# Each is there as a whole or not at all.
		for size in folder again; do
			[ ! -e "place/x/$size" ] || folder_right "place/x/$size/folder" ||
				problem "place/x/$size is not complete"
		done
		;;
	*)
		[ ! -e "$(final "$1")" ] || in_place "$@" || problem "something under the final name"
		;;
	esac
}

# final SCENARIO prints the name that its output appears under.
final()
{
	case $1 in
	seal_each) echo place/x/folder.pli ;;
	open_folder | open_several) echo place/x/folder ;;
	open_zip) echo place/x/zip ;;
	refuse_folder) echo place/x/badfolder ;;
	*) echo place/x ;;
	esac
}

# left_of SCENARIO prints what is there besides its output, and besides the folder that was made for it.
left_of()
{
	local to
	to=$(final "$1")
	find place -mindepth 1 ! -path "$to" ! -path "$to/*" ! -path place/x/again ! -path "place/x/again/*" |
		if [ -e "$to" ] || [ -e place/x/again ]; then grep -vx "$(dirname "$to")"; else cat; fi
}

# hindered SCENARIO CALL HOW: what is to be removed cannot be, by the fault itself, or because libarchive, which ends the
# process where it has no memory for a name, has been at work, or a library has crashed. What cannot be looked at may be another
# file system, mounted there: it is left alone.
hindered()
{
	case $1.$2.$3 in
	*.unlink.* | *.open.forever | *.list.forever | *.fstat.forever | refuse_folder.open.* | refuse_folder.list.* | refuse_folder.fstat.*) ;;
	*.malloc.*) [ "$code" -eq 198 ] || grep -qE '^Fatal Internal Error in libarchive: (Out of|No) memory' "$err" ;;
	*) false ;;
	esac
}

# nothing_left SCENARIO CALL HOW: besides its output nothing, unless hindered. Then it has a hidden name, and the next run
# removes it.
nothing_left()
{
	local there left to
	shopt -s dotglob nullglob
	there=(place/*)
	shopt -u dotglob nullglob
	[ "${#there[@]}" -gt 0 ] || return
	left=$(left_of "$1")
	[ -n "$left" ] || return
	if ! hindered "$@"; then
		problem "left behind: $left"
		rm -rf place/.pli-*
		return
	fi
	! printf '%s\n' "$left" | grep -qvxE 'place/x|place(/x)?/\.pli-[0-9a-f]{16}(/.*)?' ||
		problem "left behind, and not hidden: $left"
	to=$(final "$1")
	"$PLI" open --no-sync -q "${key[@]}" -C "$(dirname "$to")" third.pli >/dev/null 2>&1 &&
		rm -rf "$(dirname "$to")/third"
	left=$(left_of "$1" | grep -vx place/x)
	[ -z "$left" ] || problem "the next run leaves it: $left"
}

# one SCENARIO CALL N HOW ERRNO FROM MUST: MUST is "work" or the codes that are right.
one()
{
	local scenario=$1 call=$2 must=$7 code wanted=0 before=$problems
	case $scenario in
	keys_*) keys_begin "$scenario" ;;
	*) [ ! -e place/x ] || rm -rf place/x ;;
	esac
	[[ $scenario != refuse* ]] || wanted=11
	[ "$scenario" != open_several ] || [ "$must" = work ] || must+=" 3"
	[ "$scenario" != open_over ] || cp old place/x
	last="$scenario: $call $3 $4, errno $5, calls of $6"
	"command_$scenario" LD_PRELOAD="$FAULTS" FAULT_CALL="$call" FAULT_AT="$3" FAULT_HOW="$4" \
		FAULT_ERRNO="$5" FAULT_FROM="$6"
	code=$?
	# libgcrypt aborts where it has no memory to begin with: nothing else was begun then.
	[ "$code" -ne 134 ] || ! grep -q '^Fatal error: Cannot allocate memory' "$err" || code=198
	runs=$((runs + 1))
	case " $must 0 " in
	*" work "*) [ "$code" -eq "$wanted" ] || problem "exit code $code, expected $wanted" ;;
	*" $code "*) ;;
	*) [ "$code" -eq "$wanted" ] || problem "exit code $code, expected $wanted or one of: $must" ;;
	esac
	[ "$call$6$code" != fsyncpli0 ] || problem "exit code 0, and what was written may not be on the disk"
	if [[ $scenario == keys_* ]]; then
		keys_look "$scenario" "$call" "$4" "$code"
		keys_output_right "$scenario" "$code" || problem "not the right output"
	elif [ "$code" -eq 0 ]; then
		"right_$scenario" || problem "exit code 0, but not the right output"
	else
		nothing_wrong "$scenario" "$call" "$3"
	fi
	if [ "$code" -ne 0 ]; then
		[ -s "$err" ] || grep -q '"type":"error"' "$out" || [ "$call$code" = malloc198 ] || [ "$call" = write ] ||
			problem "not a word"
	fi
	case $scenario in
	keys_*) keys_left "$scenario" "$call" "$4" ;;
	*) nothing_left "$scenario" "$call" "$4" ;;
	esac
	[ "$problems" -lt 40 ] || { echo "too many; stopping"; exit 1; }
	[ "$problems" -eq "$before" ]
}

# note_counts: how many calls of each kind were found, in all scenarios: what is made to fail is a sample of them. Random
# numbers are whoever's, as where they fail.
declare -A found_calls=()
note_counts()
{
	local call count
	while read -r call count; do
		found_calls[$call]=$((${found_calls[$call]:-0} + count))
	done < <(cat counts.pli && grep '^random ' counts.all)
}

# all_found CALL...: where one kind of call is not seen at all, nothing of it is made to fail, and all is well.
all_found()
{
	local call
	last="all scenarios"
	for call; do
		[ "${found_calls[$call]:-0}" -gt 0 ] || problem "no call of $call was found"
	done
}

# each SCENARIO CALL HOW ERRNO FROM MUST: the n of one kind of fault, spread over all of its calls.
each()
{
	[ -z "${ONLY-}" ] || [ "$2" = "$ONLY" ] || return
	case $leaks$2$3 in yesmalloc* | yesmap* | yes*forever) return ;; esac
	local total=$(($(sed -n "s/^$2 //p" "counts.$5"))) most=$points n step
	[ "$5" = pli ] || most=$memory_points
	[ "$total" -gt 0 ] || return
	[ "$3" = once ] || most=$(((most + 1) / 2))
	step=$(((total + most - 1) / most))
	[ -z "${FULL-}" ] || step=$((step * every))
	for ((n = 1 + (every > 1 ? every_from % step : 0); n <= total; n += step)); do
		one "$1" "$2" "$n" "$3" "$4" "$5" "$6"
	done
	# From the last one on is little else than the last one, once.
	[ $((n - step)) -eq "$total" ] || [ "$3$most" = forever1 ] || one "$1" "$2" "$total" "$3" "$4" "$5" "$6"
}

# 198: a crash inside of libcrypto or libarchive, see faults.c, or of libgcrypt.
anything="1 2 10 11 12 13 14 16 17 18 19"
scenario()
{
	local from how call
	for from in pli all; do
		rm -rf place/x
		[ "$1" != open_over ] || cp old place/x
		last="$1, counting"
		"command_$1" LD_PRELOAD="$FAULTS" FAULT_COUNTS="$PWD/counts.$from" FAULT_FROM="$from"
		[ -s "counts.$from" ] || { problem "no counts"; return; }
	done
	case $1 in
	seal | open | open_over | seal_folder | open_folder | open_zip)
		[ "$(sed -n 's/^fallocate //p' counts.pli)" -gt 0 ] || problem "no room was taken first" ;;
	esac
	note_counts
	synced "$1"
	rm -rf place/x
	for how in once forever; do
		for call in read pread readv; do
			each "$1" "$call" "$how" 5 pli "1 16"
		done
		for call in write pwrite writev pwritev; do
			each "$1" "$call" "$how" 28 pli "1 16"
		done
		for call in fsync open link rename ftruncate fstat fchmod mkdir list times lseek flock close; do
			each "$1" "$call" "$how" 5 pli "1 16"
		done
		each "$1" open "$how" 24 pli "1 16"
		# A sandbox without openat2, and a folder that may not be written to.
		each "$1" open "$how" 38 pli "1 16"
		each "$1" mkdir "$how" 13 pli "1 16"
		each "$1" link "$how" 1 pli "1 16"
		each "$1" rename "$how" 22 pli "1 16"
		each "$1" unlink "$how" 5 pli "1 16"
		each "$1" fallocate "$how" 28 pli "1 16"
		each "$1" fallocate "$how" 95 pli work
		each "$1" statfs "$how" 38 pli work
		each "$1" poll "$how" 12 pli "1 16"
		each "$1" thread "$how" 11 pli "1 16"
		# A kernel without it, and one that fails: libcrypto's numbers, and the names of what is hidden.
		each "$1" random "$how" 38 all "1 16"
		each "$1" random "$how" 5 all "1 16"
		each "$1" locale "$how" 12 pli "$anything"
		each "$1" malloc "$how" 12 pli "$anything"
		each "$1" malloc "$how" 12 all "$anything 198"
		for call in read pread readv write pwrite writev pwritev; do
			each "$1" "$call" "$how" 0 pli work
		done
	done
	for call in read pread readv write pwrite writev pwritev poll; do
		each "$1" "$call" once 4 pli work
	done
}

files=(seal seal_pipe open open_pipe open_over verify refuse pair)
folders=(seal_folder seal_each open_folder open_several list_folder list_json verify_folder refuse_folder)
unzip=(open_zip list_zip)
case ${1-} in
'') scenarios=("${files[@]}" "${folders[@]}" "${unzip[@]}" "${keys[@]}") ;;
files) scenarios=("${files[@]}") ;;
folders) scenarios=("${folders[@]}") ;;
unzip) scenarios=("${unzip[@]}") ;;
keys) scenarios=("${keys[@]}") ;;
*) scenarios=("$@") ;;
esac
for name in "${scenarios[@]}"; do
	before=$runs
	start=$SECONDS
	case $name in keys_*) keys_scenario "$name" ;; *) scenario "$name" ;; esac
	printf '%-14s %5d runs, %3d s\n' "$name" $((runs - before)) $((SECONDS - start))
done
every_kind=(read pread fsync open thread malloc random)
case ${1-} in
'') all_found "${every_kind[@]}" write writev pwrite pwritev rename mkdir list times ;;
files) all_found "${every_kind[@]}" write writev pwritev rename ;;
folders) all_found "${every_kind[@]}" pwrite pwritev rename mkdir list times ;;
unzip) all_found "${every_kind[@]}" pwrite rename mkdir list times ;;
keys) all_found "${every_kind[@]}" write pwritev list ;;
esac
[ "$runs" -gt 0 ] || { echo "nothing was run"; exit 1; }
echo "$runs runs, a fault in each"

# shellcheck shell=bash
#
# keys.sh - the scenarios of pli keys, and of sealing from a register; sourced by run.sh.
#
# Each begins with a copy of one of two registers. Whatever fails: it opens, its journal has no hole, no key is active that
# never opened anything, and its keys are as they were or as they are after a run without a fault. A .p12 under its final
# name opens a challenge. SQLite's own calls fail, too.
#
# run.sh and lib.sh assign what this does not, and use what it does.
# shellcheck disable=SC2034,SC2154

: "${LOOK:?set LOOK to the program made from look.c}"

# A fault in how many of pli's own calls of each kind, of its allocations, and of the calls of SQLite and of anybody, spread
# over all of them. Each allocation of pli and SQLite, and each call of SQLite to its files, fails from within, in
# tests/behaviour/test_register_memory.c and test_register_faults.c: here it is seen what the command makes of it.
keys_points=1
keys_memory=1
keys_others=1
if [ -n "${FULL-}" ]; then
	keys_points=1000000
	keys_memory=24
	keys_others=4
fi
keys=(keys_generate keys_renew keys_import keys_retire keys_rename keys_role keys_compromised keys_test keys_convert
	keys_export keys_list keys_show keys_journal keys_check keys_seal)

keys_prepare()
{
	local at=(--no-sync --register base.db --service CEA --passout file:pw --type p256)
	# Under the injector, which makes files that open quickly.
	env LD_PRELOAD="$FAULTS" "$PLI" keys generate "${at[@]}" --name Anna --p12 anna.p12 &&
		env LD_PRELOAD="$FAULTS" "$PLI" keys generate "${at[@]}" --name Backup --role backup --p12 backup.p12 || return
	pli keys list --all --json --register base.db >list.keys_list &&
		pli keys show --json --register base.db Anna >list.keys_show &&
		pli keys journal --json --register base.db >list.keys_journal &&
		pli keys export --no-sync --register base.db --service CEA -o list.keys_export || return
	# What check finds is that a service has one key only, or nothing: these have two.
	pli keys check --register base.db >list.keys_check
}

keys_command()
{
	local set=()
	while [[ $1 == *=* ]]; do
		set+=("$1")
		shift
	done
	with "${set[@]}" "$PLI" "$@" >"$out" 2>"$err"
}
command_keys_generate()
{
	keys_command "$@" keys generate --register place/r.db --service CEA --name Bruno --type p256 --p12 place/x.p12 \
		--cert-out place/x.pem --passout file:pw
}
command_keys_renew()
{
	keys_command "$@" keys renew --register place/r.db Anna --p12 place/x.p12 --passout file:pw
}
command_keys_import()
{
	keys_command "$@" keys import --register place/r.db --service CEA --name Carla "$K/p384.pem" -k "$K/p384.key"
}
command_keys_retire()
{
	keys_command "$@" keys retire --register place/r.db Anna
}
command_keys_rename()
{
	keys_command "$@" keys rename --register place/r.db Anna Anne
}
command_keys_role()
{
	keys_command "$@" keys role --register place/r.db Anna backup
}
command_keys_compromised()
{
	keys_command "$@" keys compromised --register place/r.db Anna
}
command_keys_test()
{
	keys_command "$@" keys test --register place/r.db Anna -k anna.p12 --passin file:pw
}
command_keys_convert()
{
	keys_command "$@" keys convert anna.p12 place/x.p12 --passin file:pw --passout file:pw
}
command_keys_export()
{
	keys_command "$@" keys export --register place/r.db --service CEA -o place/x
}
command_keys_list()
{
	keys_command "$@" keys list --all --json --register place/r.db
}
command_keys_show()
{
	keys_command "$@" keys show --json --register place/r.db Anna
}
command_keys_journal()
{
	keys_command "$@" keys journal --json --register place/r.db
}
command_keys_check()
{
	keys_command "$@" keys check --register place/r.db
}
command_keys_seal()
{
	keys_command "$@" seal -q --raw --register place/r.db --service CEA -o place/x f
}

# keys_begin SCENARIO: the place as it is before. generate makes the register, too.
keys_begin()
{
	rm -rf place/* place/.[!.]*
	[ "$1" = keys_generate ] || cp base.db place/r.db
}

# keys_state prints the register as it is: three lines, see look.c. SQLite's own files beside it go with that.
keys_state()
{
	if [ -e place/r.db ]; then "$LOOK" place/r.db; else printf '\npending: \n\n'; fi
}

# keys_learn SCENARIO: the register before, and after a run without a fault.
keys_learn()
{
	keys_begin "$1"
	keys_state >state
	mapfile -t state_old <state
	"command_$1" NO_FAULT=1 || return
	keys_state >state
	mapfile -t state_new <state
}

# keys_file_opens NAME: the .p12 belongs to the active key of that name.
keys_file_opens()
{
	[ "$(stat -c %a place/x.p12)" = 600 ] &&
		pli keys test --register place/r.db "$1" -k place/x.p12 --passin file:pw >/dev/null 2>&1
}

# keys_look SCENARIO CALL HOW CODE: after a run that worked or not.
keys_look()
{
	local scenario=$1 call=$2 how=$3 code=$4 is name crashed='' now begun='(version )?(service )?((generate|renew) (discard )?)?'
	case $code in 134 | 198) crashed=yes ;; esac
	keys_state >state.now 2>state.why || { problem "the register: $(cat state.why)"; return; }
	mapfile -t now <state.now
	if [ "${now[0]}" = "${state_new[0]}" ] && [ "${now[2]}" = "${state_new[2]}" ]; then
		is=new
	elif [ "${now[0]}" = "${state_old[0]}" ] && [[ ${now[2]} =~ ^"${state_old[2]}"$begun$ ]]; then
		is=old
	else
		problem "neither as it was nor as it should be: ${now[*]}"
		return
	fi
	[ "$code" -ne 0 ] || [ "$is" = new ] || problem "exit code 0, and the register is as it was: ${now[*]}"
	# A key that stays pending is one whose process ended, or that nothing could be written about any more.
	[ "${now[1]}" = "pending: " ] || [ -n "$crashed" ] || [ "$how" = forever ] || problem "still ${now[1]}"
	case $scenario in
	keys_generate) name=Bruno ;;
	keys_renew) name=Anna ;;
	*) return ;;
	esac
	if [ "$is" = new ]; then
		keys_file_opens "$name" || problem "the new key is active, and its file does not open"
		[ "$scenario" != keys_generate ] || openssl x509 -in place/x.pem -noout 2>/dev/null ||
			problem "the new key is active, and its certificate is not there"
	elif [ -e place/x.p12 ] || [ -e place/x.pem ]; then
		# generate.c: what may turn out active is kept, and what cannot be seen, and the error says so.
		[ -n "$crashed" ] || [ "$call" = unlink ] || [ "$call$how" = fstatforever ] ||
			grep -qE 'x.p12 is kept|remove what is left of its files' "$err" ||
			problem "a file of a key that is not active: $(ls place)"
		rm -f scratch.db
		[ ! -e place/x.p12 ] || pli keys import --register scratch.db --service S --passin file:pw \
			place/x.p12 >/dev/null 2>&1 || problem "half a .p12"
	fi
}

# keys_left: what is neither the register nor the output. It has a hidden name, and the next run removes it.
keys_left()
{
	local left='' name
	for name in place/* place/.[!.]*; do
		case $name in
		place/r.db | place/x | place/x.p12 | place/x.pem) ;;
		*) [ ! -e "$name" ] && [ ! -L "$name" ] || left+=$name$'\n' ;;
		esac
	done
	[ -n "$left" ] || return
	! printf '%s' "$left" | grep -qvxE 'place/\.pli-[0-9a-f]{16}' || problem "left behind, and not hidden: $left"
	[ "$2" = unlink ] || [ "$3" = forever ] || problem "left behind: $left"
	pli seal -q --raw --no-sync -r "$K/p256.pem" -o place/y f
	rm -f place/y
	left=$(find place -name '.pli-*')
	[ -z "$left" ] || problem "the next run leaves it: $left"
}

# What a run printed or wrote, besides the register: all of it where the exit code is 0, otherwise a part of it.
keys_output_right()
{
	local wrong
	case $1.$2 in
	keys_list.0 | keys_show.0 | keys_journal.0) cmp -s "$out" "list.$1" ;;
	keys_list.* | keys_show.* | keys_journal.*)
		wrong=$(grep -vxFf "list.$1" "$out" | grep -vE '^\{"type":"error",' | grep -v '^out of memory$')
		[ -z "$wrong" ]
		;;
	keys_convert.0) keys_file_opens Anna ;;
	keys_convert.*) [ ! -e place/x.p12 ] || keys_file_opens Anna ;;
	keys_check.0) cmp -s "$out" list.keys_check ;;
	keys_export.0) cmp -s place/x list.keys_export ;;
	keys_export.*) [ ! -e place/x ] || cmp -s place/x list.keys_export ;;
	keys_seal.0) pli open -q --no-sync -k backup.p12 --passin file:pw -o - place/x 2>/dev/null | cmp -s - f ;;
	keys_seal.*) [ ! -e place/x ] || keys_output_right keys_seal 0 ;;
	esac
}

# keys_each CALLS ERRNO FROM MUST: once and from then on, for each of the calls.
keys_each()
{
	local call how
	for how in once forever; do
		for call in $2; do
			each "$1" "$call" "$how" "$3" "$4" "$5"
		done
	done
}

keys_scenario()
{
	local from points=$keys_points memory_points=$keys_others call
	keys_learn "$1" || { problem "does not work without a fault"; return; }
	for from in pli sqlite all; do
		keys_begin "$1"
		last="$1, counting"
		"command_$1" LD_PRELOAD="$FAULTS" FAULT_COUNTS="$PWD/counts.$from" FAULT_FROM="$from"
		[ -s "counts.$from" ] || { problem "no counts"; return; }
	done
	[ "$1" = keys_convert ] || [ "$(sed -n 's/^pread //p' counts.sqlite)" -gt 0 ] || problem "SQLite's calls are not seen"
	note_counts
	synced "$1"
	keys_each "$1" "read pread fsync open link rename ftruncate fstat fchmod list lseek flock close" 5 pli "1 14 16"
	keys_each "$1" "write pwrite fallocate" 28 pli "1 16"
	keys_each "$1" unlink 5 pli "1 16"
	keys_each "$1" "thread poll" 11 pli "1 16"
	points=$keys_memory keys_each "$1" "malloc locale" 12 pli "$anything"
	keys_each "$1" malloc 12 sqlite "$anything"
	keys_each "$1" "read pread write pwrite" 0 pli work
	keys_each "$1" "read pread fsync open fstat ftruncate unlink fchmod lock map" 5 sqlite "1 16"
	keys_each "$1" "write pwrite fallocate" 28 sqlite "1 16"
	keys_each "$1" "read pread pwrite" 0 sqlite work
	for call in read pread write pwrite open; do
		each "$1" "$call" once 4 sqlite work
	done
	keys_each "$1" random 38 all "1 16"
	keys_each "$1" random 5 all "1 16"
	keys_each "$1" malloc 12 all "$anything 198"
}

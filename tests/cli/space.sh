#!/usr/bin/env bash
# No room, no inodes, a limit on the size of files, a folder that may not be written to: 16, and all is as it was.
. "$(dirname "$0")/lib.sh"

auth=(-k "$K/p256.both.pem")
runs=0
content f 3000000
mkdir -p folder/empty
for i in $(seq 60); do printf '%s\n' "$i" >"folder/$i"; done
cp f folder/large
seal bid.pli f p256
run 0 pli seal -q --no-sync -r "$K/p256.pem" -o tree.pli folder

listing_of()
{
	find "$1" -mindepth 1 -printf '%P %y %s %i %T@\n' | sort
}

# all_fail FOLDER: whatever would write there ends with 16, in words, and leaves what is there.
all_fail()
{
	local to=$1 did before
	for did in "seal --raw -r $K/p256.pem -o $to/x f" "seal -r $K/p256.pem -o $to/x folder" \
		"seal --force --raw -r $K/p256.pem -o $to/old f" "seal --each -r $K/p256.pem -C $to f folder" \
		"open ${auth[*]} -o $to/x bid.pli" "open --force ${auth[*]} -o $to/old bid.pli" \
		"open ${auth[*]} -C $to bid.pli" "open ${auth[*]} -C $to tree.pli" \
		"open ${auth[*]} -C $to tree.pli bid.pli" "open -j 0 ${auth[*]} -C $to tree.pli"; do
		before=$(listing_of "$to")
		# Words of a command without blanks in them.
		# shellcheck disable=SC2086
		"${limited[@]}" run 16 "${as[@]}" "$PLI" $did
		runs=$((runs + 1))
		[ -s "$err" ] || problem "not a word"
		[ "$before" = "$(listing_of "$to")" ] || problem "left: $(find "$to")"
		same old "$to/old"
	done
}

# keys_fail FOLDER: whatever pli keys would write there ends with 16, in words; the register says what it said.
printf 'Correct horse 7\n' >pw
pair=(--type p256 --passout file:pw)
run 0 pli keys generate --no-sync --register r.db --service CEA --name Anna "${pair[@]}" --p12 anna.p12
run 0 pli keys generate --no-sync --register r.db --service CEA --name Backup --role backup "${pair[@]}" --p12 backup.p12
keys_fail()
{
	local to=$1 did before
	for did in "generate --service CEA --name Bruno ${pair[*]} --p12 $to/x.p12" "renew Anna ${pair[*]} --p12 $to/x.p12" \
		"test Anna -k anna.p12 --passin file:pw" "export --service CEA -o $to/x.pem" "retire Anna"; do
		before=$(pli keys list --all --json --register "$to/r.db"; find "$to" | sort)
		# shellcheck disable=SC2086
		"${filled[@]}" run 16 "$PLI" keys $did --register "$to/r.db"
		runs=$((runs + 1))
		[ -s "$err" ] || problem "not a word"
		[ "$before" = "$(pli keys list --all --json --register "$to/r.db"; find "$to" | sort)" ] || problem "left: $(find "$to")"
	done
}

plainly()
{
	"$@"
}
below_limit()
{
	( ulimit -f "$limit" && { "$@"; [ "$problems" -eq 0 ]; } ) || problem "below a limit of $limit KiB a file (above)"
}
limited=(plainly)
as=()
printf 'old\n' >old

# A limit on the size of files, which is told by a signal to who does not say otherwise.
mkdir small
cp old small/old
limit=1000
limited=(below_limit)
all_fail small
limited=(plainly)
limit=1
filled=(below_limit)
cp r.db small
keys_fail small
tried="a limit of size"

# A file system of two megabytes, one without inodes, one that may only be read. Who may not mount them skips that, and says so.
unmounted=
if [ "$(id -u)" -eq 0 ] && mkdir full && mount -t tmpfs -o size=2m,mode=755 none full 2>/dev/null; then
	unmount()
	{
		local code=$?
		umount "$test_folder/work/full" 2>/dev/null
		(exit "$code") # which is what finish goes by
		finish
	}
	trap unmount EXIT
	cp old full/old
	all_fail full
	# Not one block is free for a while.
	when_full()
	{
		head -c 4M /dev/zero >full/filler 2>/dev/null
		"$@"
		rm -f full/filler
	}
	cp r.db full
	filled=(when_full)
	keys_fail full
	rm full/r.db
	mount -o remount,size=64m,nr_inodes=20 full
	last="open -C, without inodes"
	run 16 pli open "${auth[@]}" -C full tree.pli
	runs=$((runs + 1))
	[ "$(ls -A full)" = old ] || problem "left: $(ls -A full)"
	mount -o remount,ro full
	all_fail full
	umount full
	tried+=", a full file system, no inodes, one that is read only"
	if command -v setpriv >/dev/null; then
		mkdir -m 555 fixed
		cp old fixed/old
		chmod 755 "$test_folder" .
		cp -r "$PLI" ./pli.copy && cp "$K/p256.both.pem" "$K/p256.pem" . && chmod 644 ./*.pem ./*.pli f && chmod -R a+rX folder
		as=(setpriv --reuid=65534 --regid=65534 --clear-groups)
		auth=(-k p256.both.pem)
		PLI=./pli.copy K=. all_fail fixed
		tried+=", a folder of somebody else's"
	fi
else
	unmounted=yes
	if [ "$(id -u)" -ne 0 ]; then
		mkdir fixed
		cp old fixed/old
		chmod 555 fixed
		all_fail fixed
		tried+=", a folder that may not be written to"
	fi
fi
echo "$runs runs; tried: $tried"
[ -z "$unmounted" ] || not_here "what needs a file system of its own, which only root may mount; the rest passed"

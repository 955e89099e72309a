#!/usr/bin/env bash
# A leftover that nobody holds is removed by the next run into the folder; one in use is not.
. "$(dirname "$0")/lib.sh"
set +m

# has_read PID BYTES: so much at least.
has_read()
{
	[ "$(sed -n 's/^rchar: //p' "/proc/$1/io")" -ge "$2" ]
}

# held FILE: somebody has a lock on it.
held()
{
	! flock -n "$1" true
}

# has_hidden FOLDER: something there is not complete.
has_hidden()
{
	[ -n "$(find "$1" -name '.pli-*')" ]
}

content f 3000000
mkfifo fifo
{ cat f; exec sleep 30; } >fifo &
writer=$!

# A run that is under way, and holds whatever it holds: a file, mostly without a name.
"$PLI" seal -r "$K/p256.pem" -o slow.pli - <fifo >"$out" 2>"$err" &
job=$!
soon has_read "$job" 3000000
run 0 pli seal --raw -r "$K/p256.pem" -o quick.pli f
kill "$writer"
wait "$job"
code=$?
last="seal, while another run finished"
[ "$code" -eq 0 ] || problem "exit code $code"
open_with p256 slow.out slow.pli
same slow.out f
only f fifo quick.pli slow.out slow.pli
rm slow.out slow.pli

# A folder always has a hidden name until it is complete.
mkdir tree into
cp f tree
run 0 pli seal -q -r "$K/p256.pem" -o tree.pli tree
{ head -c 1500000 tree.pli; soon test -e go; tail -c +1500001 tree.pli; } >fifo &
writer=$!
"$PLI" open -q -k "$K/p256.both.pem" -C into - <fifo >"$out" 2>"$err" &
job=$!
soon has_read "$job" 1500000
soon has_hidden into
before=$(find into -mindepth 1)
for other in "seal --raw -r $K/p256.pem -o into/quick.pli f" "open -k $K/p256.both.pem -o into/quick quick.pli"; do
	# shellcheck disable=SC2086 # words without blanks in them
	run 0 pli $other
done
rm into/quick into/quick.pli
after=$(find into -mindepth 1)
[ -n "$before" ] || problem "nothing in use: this shows nothing"
[ "$before" = "$after" ] || problem "a temporary in use was removed: $before"
: >go
wait "$writer" "$job"
code=$?
last="open, while another run finished"
[ "$code" -eq 0 ] || problem "exit code $code"
holds into content
same_bytes tree into/content/tree
rm -r go into tree tree.pli

# What a killed run left is removed; what somebody holds, and what only looks alike, stays.
mkdir sub
printf 'part' >sub/.pli-0123456789abcdef
printf 'part' >sub/.pli-fedcba9876543210
chmod 600 sub/.pli-0123456789abcdef sub/.pli-fedcba9876543210
touch sub/.pli sub/.plinth sub/.pli-notes sub/.pli-0123456789abcdef0
mkdir sub/.pli-00000000000000aa
ln -s f sub/.pli-00000000000000bb
flock -F sub/.pli-fedcba9876543210 sleep 30 &
holder=$!
soon held sub/.pli-fedcba9876543210
run 0 pli seal --raw -r "$K/p256.pem" -o sub/x.pli f
kill "$holder" 2>/dev/null
wait "$holder" 2>/dev/null
cd sub || exit 1
only .pli .pli-00000000000000aa .pli-00000000000000bb .pli-0123456789abcdef0 \
	.pli-fedcba9876543210 .pli-notes .plinth x.pli
cd .. || exit 1

# Of many at once the first sees to it, for all.
mkdir batch
for i in 1 2 3; do
	cp f "b$i"
done
printf 'part' >batch/.pli-0123456789abcdef
chmod 600 batch/.pli-0123456789abcdef
run 0 pli seal -q --each -C batch -r "$K/p256.pem" b1 b2 b3
holds batch b1.pli b2.pli b3.pli
leftover=opened/.pli-0123456789abcdef
mkdir -p "$leftover/${leftover#*/}/sub"
printf 'part' >"$leftover/${leftover#*/}/sub/part"
chmod 700 "$leftover"
run 0 pli open -q -k "$K/p256.both.pem" -C opened batch/*.pli
holds opened b1 b2 b3

# In a folder with set-group-id, too, which a folder in it inherits.
mkdir group
chmod 2770 group
mkdir -p group/.pli-0123456789abcdef/.pli-0123456789abcdef
chmod u=rwx,go= group/.pli-0123456789abcdef
[ "$(stat -c %a group/.pli-0123456789abcdef)" = 2700 ] || problem "set-group-id is not inherited: this shows nothing"
run 0 pli open -q -k "$K/p256.both.pem" -C group batch/b1.pli
holds group b1

# Who may write to a folder gives such a name to a private folder in it: what is in that stays. Nor does what they put in the
# place of a folder that is being filled become anybody's, or go.
as=()
if [ "$(id -u)" -eq 0 ]; then
	command -v setpriv >/dev/null || skip "setpriv is not installed"
	as=(setpriv --reuid=65534 --regid=65534 --clear-groups)
fi
chmod 755 "$test_folder" .
mkdir -m 777 shared
mkdir -m 700 shared/private shared/private/sub
echo mine >shared/private/sub/file
echo mine >shared/private/file
cp -a shared/private private
run 0 "${as[@]}" mv shared/private shared/.pli-0123456789abcdef
run 0 pli open -q -k "$K/p256.both.pem" -C shared batch/b1.pli
same_tree private shared/.pli-0123456789abcdef
holds shared .pli-0123456789abcdef b1

#!/usr/bin/env bash
# A second process changes the tree while it is sealed: refused with 16, or exact, never mixed.
. "$(dirname "$0")/lib.sh"

rounds=$(((${CHANGE_ROUNDS:-30} + every - 1) / every))
auth=(-k "$K/p256.both.pem")
content random 200000
content new 200000
flip new 100000
printf 'addition\n' >addition
ln -s /etc/passwd link
mkdir original
for i in $(seq -w 40); do
	cp random "original/$i"
done

# change KIND FOLDER makes that kind of change, in a folder like the original.
change()
{
	case $1 in
	0 | 1) cat new >"$2/05" && cat new >"$2/35" ;;
	2) cat addition >>"$2/35" ;;
	3) truncate -s 1000 "$2/35" ;;
	4) rm "$2/35" ;;
	5) cp addition "$2/36 added" ;;
	6) cp new "$2/.new" && mv "$2/.new" "$2/35" ;;
	7) dd if=new of="$2/20" conv=notrunc status=none && touch -r original/20 "$2/20" ;;
	8) cp -P link "$2/.link" && mv "$2/.link" "$2/35" ;;
	9) mkdir "$2/moved" && mv "$2/35" "$2/moved/35" ;;
	esac
}
kinds=10

# is_one_of FOLDER...: what was opened is one of these, as a whole.
is_one_of()
{
	local folder
	for folder in "$@"; do
		! diff -r --no-dereference "$folder" out/x/tree >/dev/null 2>&1 || return 0
	done
	problem "neither as before nor as after: $(diff -rq original out/x/tree | head -n 5)"
}

# One that does not say how long it is, alone and in its folder: what is there is not taken for nothing.
if [ -r /proc/version ] && [ "$(stat -c %s /proc/version)" -eq 0 ]; then
	refuse 16 seal -r "$K/p256.pem" -o x.pli /proc/version
	stderr_has 'version is longer than it says'
	refuse 16 seal --raw -r "$K/p256.pem" -o x.pli /proc/version
fi

cp -a original tree
start=$(date +%s%N)
run 0 pli seal --no-sync -r "$K/p256.pem" -o x.pli tree
time=$((($(date +%s%N) - start) / 1000000 + 1))
rm -rf x.pli tree

exact=0
for i in $(seq "$rounds"); do
	kind=$((i % kinds))
	cp -a original tree
	cp -a original after
	change "$kind" after
	cp -a original between
	[ "$kind" -gt 1 ] || cp new between/05
	[ "$kind" -ne 9 ] || mkdir between/moved
	[ "$kind" -ne 6 ] || cp new between/.new
	last="seal while change $kind is made, round $i"
	(sleep "0.$(printf '%03d' $((time * (1 + i * 7 % rounds) / (rounds + 1) % 1000)))" && change "$kind" tree) &
	job=$!
	pli seal --no-sync -q -r "$K/p256.pem" -o x.pli tree >"$out" 2>"$err"
	code=$?
	wait "$job"
	case $code in
	0)
		exact=$((exact + 1))
		run 0 pli open --no-sync -q "${auth[@]}" -C out x.pli
		is_one_of original after between
		rm -rf x.pli out
		;;
	16)
		stderr_has tree
		;;
	17)
		[ "$kind" -eq 8 ] || problem "exit code 17 for change $kind"
		;;
	*)
		problem "exit code $code"
		;;
	esac
	holds . addition after between link new original random tree
	rm -rf tree after between
done
echo "$exact of $rounds were sealed, the others were refused"

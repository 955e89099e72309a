#!/usr/bin/env bash
# What may not be in an archive is refused by name, when sealing and when opening; nothing is left behind.
. "$(dirname "$0")/lib.sh"

auth=(-k "$K/p256.both.pem")
to=(-r "$K/p256.pem")

folder()
{
	rm -rf folder
	mkdir -p folder/sub
	printf 'good\n' >folder/good.txt
	printf 'good, too\n' >folder/sub/file
}

# unsealable WHAT: sealing the folder is 17 and names WHAT.
unsealable()
{
	refuse 17 seal "${to[@]}" -o x.pli folder
	stderr_has "$1"
	stderr_has 'hint: '
	refuse 17 seal "${to[@]}" -o - folder
}

folder; ln -s /etc/passwd folder/l; unsealable folder/l
folder; ln -s good.txt folder/sub/inside; unsealable folder/sub/inside
folder; ln -s sub folder/also; unsealable folder/also
folder; ln -s gone folder/gone; unsealable folder/gone
folder; mkfifo folder/pipe; unsealable folder/pipe
folder; : >'folder/back\slash'; unsealable 'folder/back\slash'
folder; : >"folder/$(printf 'new\nline')"; unsealable folder/new
folder; : >"folder/$(printf 'esc\033[31m')"; unsealable folder/esc
folder; : >"folder/$(printf 'latin\351')"; unsealable folder/latin
folder
deep=folder
for _ in $(seq 64); do deep=$deep/d; done
mkdir -p "$deep"
unsealable folder/d/d

# Two PATHs of one name; a PATH that is not there; a PATH that is a link.
folder
mkdir other
printf 'other\n' >other/good.txt
refuse 17 seal "${to[@]}" -o x.pli folder/good.txt other/good.txt
stderr_has good.txt
stderr_has 'hint: each PATH is sealed under its last part'
refuse 17 seal "${to[@]}" -o x.pli folder/sub folder/sub
refuse 16 seal "${to[@]}" -o x.pli folder none
stderr_has none
ln -s folder link
refuse 17 seal "${to[@]}" -o x.pli link
stderr_has link
rm link

# The limits, on both sides.
refuse 17 seal --max-files 3 "${to[@]}" -o x.pli folder
refuse 17 seal --max-size 14 "${to[@]}" -o x.pli folder
run 0 pli seal --no-sync --max-files 4 --max-size 15 "${to[@]}" -o bid.pli folder
for verb in list verify "open -C out"; do
	# shellcheck disable=SC2086
	{
		refuse 17 $verb --max-files 3 "${auth[@]}" bid.pli
		refuse 17 $verb --max-size 14 "${auth[@]}" bid.pli
	}
done
run 0 pli open --no-sync --max-files 4 --max-size 15 "${auth[@]}" -C out bid.pli
same_tree folder out/bid/folder

# What is there is never replaced, and not touched.
refuse 15 open "${auth[@]}" -C out bid.pli
refuse 15 open --force "${auth[@]}" -C out bid.pli
printf 'mine\n' >mine
refuse 16 open "${auth[@]}" -C mine bid.pli
rm -rf out mine

# One bit anywhere in the content: 11, and neither the folder nor the one that it would be in.
bytes=$(stat -c %s bid.pli)
for at in 600 1200 2000 3000 $((bytes - 1000)) $((bytes - 20)) $((bytes - 1)); do
	cp bid.pli bad.pli
	flip bad.pli "$at"
	refuse 11 open "${auth[@]}" -C out bad.pli
	refuse 11 verify "${auth[@]}" bad.pli
	refuse 11 list "${auth[@]}" bad.pli
done
mkdir kept
run 11 pli open -q "${auth[@]}" -C kept bad.pli
holds kept

# openable CODE TAR [WHAT]: an envelope of that archive, made by others, ends with CODE and names WHAT.
openable()
{
	run 0 pli seal -q --no-sync --raw "${to[@]}" -o crafted.pli "$2"
	refuse "$1" open "${auth[@]}" -C out crafted.pli
	stderr_has "${3-}"
	[ "$1" -ne 17 ] || stderr_has 'hint: pli open -o FILE gives the archive itself as a file'
	run "$1" pli open -q "${auth[@]}" -C kept crafted.pli
	holds kept
	refuse "$1" verify "${auth[@]}" crafted.pli
	refuse "$1" list "${auth[@]}" crafted.pli
	run 0 pli open -q --no-sync "${auth[@]}" -o as-it-is crafted.pli
	same as-it-is "$2"
	rm -f crafted.pli as-it-is "$2"
}

archive()
{
	(cd folder && tar -P "$@")
}

printf 'canary\n' >canary
touch -d '2020-01-01' canary
canary=$(stat -c '%i %Y %Z %s' canary)
ln -s ../canary folder/link
mkfifo folder/pipe
ln folder/good.txt folder/hard
: >'folder/back\slash'
archive -cf ../a.tar good.txt link; openable 17 a.tar link
archive -cf ../a.tar good.txt pipe; openable 17 a.tar pipe
archive -cf ../a.tar good.txt hard; openable 17 a.tar hard
archive -cf ../a.tar good.txt 'back\slash'; openable 17 a.tar back
archive -cf ../a.tar sub ../canary; openable 17 a.tar ../canary
archive -cf ../a.tar sub "$PWD/canary"; openable 17 a.tar canary
archive -cf ../a.tar --transform 's|sub|../canary|' good.txt sub/file; openable 17 a.tar ../canary
archive -cf ../a.tar sub; archive -rf ../a.tar sub/file; openable 17 a.tar sub/file
archive -cf ../a.tar --hard-dereference --transform 's|.*|GOOD|' good.txt hard; openable 17 a.tar GOOD
archive -cf ../a.tar --transform 's|good.txt|sub/file/x|' sub/file good.txt; openable 17 a.tar sub/file
archive -cf ../a.tar --hard-dereference --transform 's|good.txt|link/x|' link good.txt; openable 17 a.tar link
if [ "$(id -u)" -eq 0 ] && mknod folder/device c 1 3 2>/dev/null; then
	archive -cf ../a.tar good.txt device; openable 17 a.tar device
fi
# Damaged, though authenticated: cut in a file; a header that does not add up.
archive -cf ../a.tar good.txt sub; truncate -s 700 a.tar; openable 10 a.tar
archive -cf ../a.tar good.txt sub/file; flip a.tar 1030; openable 10 a.tar
[ "$(stat -c '%i %Y %Z %s' canary)" = "$canary" ] || problem "the canary was touched"
[ "$(cat canary)" = canary ] || problem "the canary was written to"

# Content that is no archive is one file; a name that is taken is 15.
content f 70000
seal f.bin.pli f p256
run 0 pli open --no-sync "${auth[@]}" -C out f.bin.pli
same f out/f.bin
refuse 15 open "${auth[@]}" -C out f.bin.pli
mv f.bin.pli sealed
refuse 15 open "${auth[@]}" sealed
stderr_has 'hint:'
: >none
seal none.pli none p256
rm none
run 0 pli open --no-sync "${auth[@]}" -C out none.pli
same /dev/null out/none

# Without the fixed first block: refused on demand, and else said.
for verb in list verify "open -C no"; do
	# shellcheck disable=SC2086
	refuse 11 $verb --require-committed "${auth[@]}" none.pli
done
run 0 pli open --no-sync --require-committed "${auth[@]}" -C out bid.pli
run 0 pli verify --json "${auth[@]}" none.pli
json '.[0].committed == "no"'

# What GNU tar made of a file with holes opens.
truncate -s 3M holes
printf 'x' | dd of=holes bs=1M seek=1 conv=notrunc status=none
for format in gnu posix; do
	tar -S --format="$format" -cf holes.tar holes
	seal holes.pli holes.tar p256
	run 0 pli open -q --no-sync "${auth[@]}" -C holed holes.pli
	same holed/holes/holes holes
	rm -r holed holes.pli
done

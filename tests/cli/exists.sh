#!/usr/bin/env bash
# An output that exists is never touched without --force, and never the input.
. "$(dirname "$0")/lib.sh"

content f 100000
printf 'old\n' >old
seal bid.pli f p256
auth=(-k "$K/p256.both.pem")

cp old x
refuse 15 seal --raw -r "$K/p256.pem" -o x f
stderr_has x
stderr_has --force
refuse 15 open "${auth[@]}" -o x bid.pli
stderr_has --force
input=f refuse 15 seal -r "$K/p256.pem" -o x -
same x old

run 0 pli seal --raw --force -r "$K/p256.pem" -o x f
open_with p256 x.out x
same x.out f
cp old x
run 0 pli open --force "${auth[@]}" -o x bid.pli
same x f

# The input itself, under its name and others.
ln f hard
ln -s f soft
for to in f ./f hard soft; do
	refuse 15 seal --raw -r "$K/p256.pem" -o "$to" f
	refuse 15 seal --raw --force -r "$K/p256.pem" -o "$to" f
done
refuse 15 open --force "${auth[@]}" -o bid.pli bid.pli
input=f refuse 15 seal --force -r "$K/p256.pem" -o f -

# Standard output, too, whatever way the shell opened it.
to_itself()
{
	"$PLI" "${@:2}" 1<>"$1"
}
appended()
{
	"$PLI" "${@:2}" >>"$1"
}
from_itself()
{
	# shellcheck disable=SC2094
	"$PLI" "${@:2}" <"$1" 1<>"$1"
}
mkdir around
cp f g
cp f around/g
cp bid.pli bid2.pli
for how in to_itself appended; do
	run 15 "$how" g seal --raw -r "$K/p256.pem" -o - g
	run 15 "$how" g seal -r "$K/p256.pem" -o - g
	run 15 "$how" around/g seal -r "$K/p256.pem" -o - around
	run 15 "$how" g seal -r "$K/p256.pem" -o - f g
	run 15 "$how" bid2.pli open "${auth[@]}" -o - bid2.pli
done
run 15 from_itself g seal -r "$K/p256.pem" -o - -
run 15 from_itself bid2.pli open "${auth[@]}" -o - -
same g f
same around/g f
same bid2.pli bid.pli
rm -r around g bid2.pli

# Folders, links to nowhere and devices are not replaced.
mkdir folder
mkfifo pipe
ln -s nowhere dangling
for name in folder folder/ pipe dangling; do
	for force in "" --force; do
		# shellcheck disable=SC2086
		refuse 15 seal --raw $force -r "$K/p256.pem" -o "$name" f
		grep -q -e --force "$err" && problem "--force is no help"
		stderr_has 'hint: choose another name'
	done
done
refuse 15 open --force "${auth[@]}" -o folder bid.pli
stderr_has "folder is a folder"
absent nowhere
rm pipe

# A folder that is not there, and one that may not be written.
refuse 16 seal --raw -r "$K/p256.pem" -o no/such/x.pli f
stderr_has no/such
stderr_has 'hint: make the folder first'
refuse 16 seal --each -r "$K/p256.pem" -C no/such f
stderr_has 'hint: the folder that it is to be in is not there'
refuse 16 open "${auth[@]}" -C no/such bid.pli
stderr_has 'hint: the folder that it is to be in is not there'
refuse 16 seal --raw -r "$K/p256.pem" -o x2.pli no-such-input
stderr_has no-such-input
stderr_has 'hint: check the path'
refuse 16 seal -r "$K/p256.pem" -o x2.pli no-such-input
stderr_has 'hint: check the path'
refuse 16 open "${auth[@]}" -o x2 no-such-input
stderr_has 'hint: check the path'
refuse 16 open -k no-such-key -o x2 bid.pli
stderr_has 'hint: check the path'

# -C: a file is replaced by content that is no archive, with --force only; nothing else ever is.
mkdir opened sub
seal sub/raw.pli f p256
run 0 pli seal -r "$K/p256.pem" -o sub/tree.pli folder
cp old opened/raw
cp old opened/tree
refuse 15 open "${auth[@]}" -C opened sub/raw.pli
refuse 15 open "${auth[@]}" -C opened sub/tree.pli
run 15 pli open --force "${auth[@]}" -C opened sub/tree.pli
same opened/raw old
same opened/tree old
run 0 pli open --force "${auth[@]}" -C opened sub/raw.pli
same opened/raw f
rm opened/raw
run 0 pli open --force "${auth[@]}" -C opened sub/raw.pli
same opened/raw f
rm opened/raw
mkdir opened/raw
refuse 15 open --force "${auth[@]}" -C opened sub/raw.pli
rmdir opened/raw
ln -s ../old opened/raw
refuse 15 open --force "${auth[@]}" -C opened sub/raw.pli
rm opened/raw opened/tree

# Neither the envelope, nor another of the same command, nor the key.
cp sub/raw.pli raw
cp sub/raw.pli raw.pli
refuse 15 open --force "${auth[@]}" -C . raw
stderr_has "of this very command"
run 3 pli open --force "${auth[@]}" -C . raw.pli raw sub/tree.pli
same raw sub/raw.pli
cp "$K/p256.both.pem" raw
refuse 15 open --force -k raw -C . raw.pli
same raw "$K/p256.both.pem"

# A file is no folder to open into.
refuse 16 open "${auth[@]}" -C old sub/raw.pli
stderr_has "is a file"
refuse 16 seal --each -r "$K/p256.pem" -C old f
stderr_has "is a file"

# Nobody said permissions or a time of content that is no archive.
run 0 pli list "${auth[@]}" sub/raw.pli
stdout_has "-  100000  -  "

#!/usr/bin/env bash
# kill -9 while folders are sealed and opened: the final name is absent or complete, and the next run works and tidies up.
. "$(dirname "$0")/killing.sh"

content random 20000
mkdir folder
for i in $(seq -w 500); do
	mkdir -p "folder/$((10#$i % 10))"
	cp random "folder/$((10#$i % 10))/$i"
done
content folder/large 8000000

opened_or_not()
{
	[ ! -d out ] || few out
	[ ! -e out/bid ] || same_tree folder out/bid/folder
	rm -rf out/bid
}

timed seal --no-sync -r "$K/p256.pem" -o bid.pli folder
killed_often sealed_or_not seal --no-sync -r "$K/p256.pem" -o x.pli folder
run 0 pli seal --no-sync -r "$K/p256.pem" -o x.pli folder
run 0 pli verify "${auth[@]}" x.pli
holds . bid.pli folder random x.pli

timed open --no-sync "${auth[@]}" -C out bid.pli
rm -rf out
killed_often opened_or_not open --no-sync "${auth[@]}" -C out bid.pli
run 0 pli open --no-sync "${auth[@]}" -C out bid.pli
same_tree folder out/bid/folder
holds out bid
holds . bid.pli folder out random x.pli
was_killed

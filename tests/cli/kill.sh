#!/usr/bin/env bash
# kill -9 at any moment: the final name is absent or complete, and the next run works and tidies up.
. "$(dirname "$0")/killing.sh"

content f $((64 * 1024 * 1024))
printf 'old\n' >old

opened_or_not()
{
	few .
	[ ! -e x ] || same x f
	rm -f x
}

# An old file stays as it was until the new one is complete.
old_or_new()
{
	few .
	cmp -s x old || same x f
	cp old x
}

timed seal --raw -r "$K/p256.pem" -o bid.pli f
killed_often sealed_or_not seal --raw -r "$K/p256.pem" -o x.pli f
run 0 pli seal --raw -r "$K/p256.pem" -o x.pli f
run 0 pli verify "${auth[@]}" x.pli
only bid.pli f old x.pli
rm -f x.pli

timed open "${auth[@]}" -o x bid.pli
rm -f x
killed_often opened_or_not open "${auth[@]}" -o x bid.pli
run 0 pli open "${auth[@]}" -o x bid.pli
same x f
only bid.pli f old x

cp old x
rounds=$(((rounds + 2) / 3))
killed_often old_or_new open --force "${auth[@]}" -o x bid.pli
run 0 pli open --force "${auth[@]}" -o x bid.pli
same x f
only bid.pli f old x
was_killed

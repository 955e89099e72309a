#!/usr/bin/env bash
# A damaged envelope: refused with the right code, and not one byte released.
. "$(dirname "$0")/lib.sh"

content f 2500000
auth=(-k "$K/p256.both.pem")
seal file.pli f p256 rsa2048
piped=f run 0 pli seal -r "$K/p256.pem" -r "$K/rsa2048.pem" -o pipe.pli -
size=$(stat -c %s file.pli)

# refused CODES ENVELOPE: to a file, to a pipe, from a pipe, and verified.
refused()
{
	local code want=0
	pli verify "${auth[@]}" "$2" >"$out" 2>"$err"
	code=$?
	last="verify $2"
	case " $1 " in
	*" $code "*) want=$code ;;
	*) problem "exit code $code, expected one of: $1"; return ;;
	esac
	refuse "$want" verify "${auth[@]}" "$2"
	refuse "$want" open "${auth[@]}" -o x "$2"
	run "$want" pli open "${auth[@]}" -o - "$2"
	stdout_empty
	piped=$2 run "$want" pli open "${auth[@]}" -o - -
	stdout_empty
	piped=$2 refuse "$want" open "${auth[@]}" -o x -
}

for envelope in file.pli pipe.pli; do
	# In the content: near both ends and in the middle. In the tag: the last 16 bytes before
	# the ends of the indefinite values.
	tail=0
	[ "$envelope" = file.pli ] || tail=6
	for at in -$((40 + tail)) -$((100000 + tail)) 1500000 1300 -$((1 + tail)) -$((16 + tail)); do
		cp "$envelope" bad.pli
		flip bad.pli "$at"
		refused 11 bad.pli
	done

	size=$(stat -c %s "$envelope")
	for length in 0 1 2 3 20 200 1000 $((size / 2)) $((size - 20)) $((size - 16)) $((size - 1)); do
		head -c "$length" "$envelope" >bad.pli
		refused 10 bad.pli
	done

	for tail in '\000' 'x' '\000\000' '\060\000'; do
		{ cat "$envelope"; printf '%b' "$tail"; } >bad.pli
		refused 10 bad.pli
	done
	{ cat "$envelope" "$envelope"; } >bad.pli
	refused 10 bad.pli
done

# One text whatever part does not match: the wrapped key, the content, the tag. (The key of the
# RSA recipient begins somewhere in the head; EC is refused by the unwrapping itself.)
seal rsa.pli f rsa2048
cp rsa.pli content.pli
flip content.pli 1000000
cp rsa.pli tag.pli
flip tag.pli -1
cp rsa.pli key.pli
at=$(openssl asn1parse -inform DER -in rsa.pli |
	sed -n '/l= 256.*OCTET STRING/s/^ *\([0-9]*\):.*hl=\([0-9]*\).*/\1 \2/p' | head -n 1)
if [ -n "$at" ]; then
	flip key.pli $((${at% *} + ${at#* } + 100))
else
	last="openssl asn1parse"
	problem "the wrapped key was not found"
fi
for envelope in content.pli tag.pli key.pli; do
	cp "$envelope" same.pli
	run 11 pli open -k "$K/rsa2048.both.pem" -o x same.pli
	cp "$err" "$envelope.err"
done
same content.pli.err tag.pli.err
same content.pli.err key.pli.err
grep -q '^pli: same.pli: ' content.pli.err || problem "the envelope is not named"

# What was there before stays.
printf 'old\n' >old
cp old x
cp file.pli bad.pli
flip bad.pli 2000000
run 11 pli open --force "${auth[@]}" -o x bad.pli
same x old

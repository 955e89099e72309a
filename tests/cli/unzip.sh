#!/usr/bin/env bash
# --unzip: a ZIP file in an envelope becomes a folder under the policy of archives, once all of it is authenticated.
. "$(dirname "$0")/lib.sh"

command -v bsdtar >/dev/null || skip "bsdtar is missing (package libarchive-tools)"
auth=(-k "$K/p256.both.pem")
umask 022

mkdir -p folder/sub canary
printf 'canary\n' >canary/file
content folder/big 300000
printf 'good\n' >folder/sub/good.txt
printf 'accents\n' >'folder/pièce n° 1.txt'
: >folder/empty
cp -a canary canary.before

# pack NAME.zip [OPTION...]: the folder as a ZIP file.
pack()
{
	rm -f "$1"
	(cd folder && LC_ALL=C.UTF-8 bsdtar --format zip "${@:2}" -cf "../$1" .)
}

# opened WHAT.zip: the folder comes out, by file and by pipe, and is listed.
opened()
{
	seal bid.pli "$1" p256
	run 0 pli open --no-sync --unzip "${auth[@]}" -C out bid.pli
	same_bytes folder out/bid
	rm -rf out
	piped=bid.pli run 0 pli open --no-sync --unzip "${auth[@]}" -C out -
	same_bytes folder out/content
	rm -rf out
	run 0 pli verify --json --unzip --digests "${auth[@]}" bid.pli
	json '.[0].files | length == 4 and all(.sha256 | length == 64)'
	run 0 pli list -j 2 --unzip "${auth[@]}" bid.pli
	stdout_has sub/good.txt
	stdout_has 300000
	# Without the option it is a file.
	run 0 pli open --no-sync "${auth[@]}" -C out bid.pli
	same "$1" out/bid
	rm -rf out
	rm -rf out
	# Nothing of it before the tag is good.
	flip bid.pli -1
	refuse 11 open --unzip "${auth[@]}" -C out bid.pli
	refuse 11 list --unzip "${auth[@]}" bid.pli
	rm bid.pli
}

pack deflated.zip
opened deflated.zip
pack stored.zip --options zip:compression=store
opened stored.zip
pack zip64.zip --options zip:zip64
opened zip64.zip
(cd folder && LC_ALL=C.UTF-8 bsdtar --format zip -cf - . | cat) >streamed.zip
opened streamed.zip

# Among files that were sealed by name it stays one of them.
run 0 pli seal --no-sync -r "$K/p256.pem" -o named.pli stored.zip
run 0 pli open --no-sync --unzip "${auth[@]}" -C out named.pli
same stored.zip out/named/stored.zip
rm -r out named.pli

# refused CODE FILE [WHAT]: whatever opens it ends with CODE, and leaves nothing.
refused()
{
	seal bad.pli "$2" p256
	refuse "$1" open --unzip "${auth[@]}" -C out bad.pli
	stderr_has "${3-}"
	[ "$1" -ne 17 ] || stderr_has 'hint: open the envelope without --unzip'
	refuse "$1" verify --unzip "${auth[@]}" bad.pli
	refuse "$1" list --unzip "${auth[@]}" bad.pli
	rm -f bad.pli
}

ln -s ../canary folder/link
pack bad.zip
refused 17 bad.zip link
rm folder/link

pack bad.zip --options zip:encryption --passphrase secret
refused 17 bad.zip encrypted

# Names that lead out, or are none.
LC_ALL=C sed 's|sub/good.txt|../good_.txt|g' deflated.zip >bad.zip
refused 17 bad.zip ../good_.txt
LC_ALL=C sed 's|\./sub/good.txt|/usub/good.txt|g' deflated.zip >bad.zip
refused 17 bad.zip /usub/good.txt
LC_ALL=C sed 's|sub/good.txt|sub\\good.txt|g' deflated.zip >bad.zip
refused 17 bad.zip 'sub\good.txt'
LC_ALL=C sed 's|empty|em\x1bty|g' deflated.zip >bad.zip
refused 17 bad.zip

# Cut, or with a byte of the data changed.
size=$(stat -c %s deflated.zip)
for n in 4 100 $((size / 2)) $((size - 22)) $((size - 1)); do
	head -c "$n" deflated.zip >bad.zip
	refused 10 bad.zip
done
cp stored.zip bad.zip
flip bad.zip "$(grep -abo good stored.zip | sed -n '2s/:.*//p')" # the content of good.txt
pli seal -q --raw --no-sync -r "$K/p256.pem" -o bad.pli bad.zip
run 10 pli verify --unzip "${auth[@]}" bad.pli
rm bad.pli

# at FILE TEXT: where it is there first.
at()
{
	LC_ALL=C grep -abo "$2" "$1" | head -n 1 | cut -d : -f 1
}

# put FILE OFFSET BYTES: in place of those that are there.
put()
{
	printf '%b' "$3" | dd of="$1" bs=1 seek="$2" conv=notrunc status=none
}

# What other programs find is not left out: two entries with one local header, a directory without what is there, or with more or
# less than its end says.
mkdir two
printf 'same\n' | tee two/a >two/b
(cd two && bsdtar --format zip --options zip:compression=store -cf ../two.zip a b)
(cd two && bsdtar --format zip --options zip:zip64 -cf ../two64.zip a b)
directory=$(at two.zip $'PK\x01\x02')
end=$(at two.zip $'PK\x05\x06')
cp two.zip bad.zip
put bad.zip $((directory + (end - directory) / 2 + 42)) '\0\0\0\0'
refused 10 bad.zip 'each once'
{ head -c "$directory" two.zip && printf 'PK\5\6\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0'; } >bad.zip
refused 10 bad.zip 'each once'
for n in 1 3; do
	cp two.zip bad.zip
	put bad.zip $((end + 8)) "\\$n\\0\\$n\\0"
	refused 10 bad.zip 'each once'
done
end=$(at two64.zip $'PK\x06\x06')
cp two64.zip bad.zip
put bad.zip $((end + 24)) '\3\0\0\0\0\0\0\0\3'
refused 10 bad.zip 'each once'
for zip in two.zip two64.zip; do
	seal two.pli $zip p256
	run 0 pli open --no-sync --unzip "${auth[@]}" -C out two.pli
	same_bytes two out/two
	rm -rf out two.pli
done

# Limits hold for what comes out of it.
seal bid.pli deflated.zip p256
refuse 17 open --unzip --max-files 4 "${auth[@]}" -C out bid.pli
head -c 50000000 /dev/zero >folder/big
pack bomb.zip
seal bomb.pli bomb.zip p256
refuse 17 open --unzip --max-size 40M "${auth[@]}" -C out bomb.pli
refuse 17 list --unzip --max-size 40000000 "${auth[@]}" bomb.pli
refuse 2 open --unzip "${auth[@]}" -o x bid.pli

# What is listed is kept in TMPDIR, which may not be there, or have no room.
TMPDIR=$PWD/none refuse 16 list --unzip "${auth[@]}" bid.pli
stderr_has 'cannot make the copy of the ZIP file in TMPDIR'
(
	ulimit -f 16 # KiB
	TMPDIR=$PWD refuse 16 list --unzip "${auth[@]}" bomb.pli
	stderr_has 'cannot write the copy of the ZIP file in TMPDIR'
	[ "$problems" -eq 0 ]
) || problem "below a limit (above)"
# A tar is a tar, and anything else a file.
run 0 pli seal --no-sync -r "$K/p256.pem" -o tar.pli folder
run 0 pli open --no-sync --unzip "${auth[@]}" -C out tar.pli
same_bytes folder out/tar/folder
seal f.pli canary/file p256
run 0 pli open --no-sync --unzip "${auth[@]}" -C out f.pli
same canary/file out/f
rm -rf out

# Others' hostile ones.
archives=${PLI_VECTORS:+$PLI_VECTORS/archives}
for archive in ${archives:+"$archives"/*.zip}; do
	case $archive in
	*/specialmodes.zip | */winshort.zip) code=0 ;;
	*) code=17 ;;
	esac
	seal hostile.pli "$archive" p256
	run "$code" pli open --no-sync --unzip "${auth[@]}" -C out hostile.pli
	[ "$code" -eq 0 ] || absent out
	[ ! -e out ] || [ -z "$(find out ! -type f ! -type d -o -perm /7000)" ] ||
		problem "$archive: links, devices or set-id bits"
	run "$code" pli list --unzip "${auth[@]}" hostile.pli
	rm -rf out hostile.pli
done
same_tree canary.before canary

# What is to be done about one that is damaged.
head -c 200 stored.zip >cut.zip
refused 10 cut.zip
stderr_has "hint: open the envelope without --unzip"

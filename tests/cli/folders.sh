#!/usr/bin/env bash
# Folders come back byte for byte, with permissions and times: through pli, and through openssl and every tar.
. "$(dirname "$0")/lib.sh"
umask 022

auth=(-k "$K/p256.both.pem")

# odd_tree FOLDER makes a tree of everything that an honest bid may hold.
odd_tree()
{
	local long deep
	mkdir -p "$1/Pièces jointes/Dossier vide" "$1/read-only" "$1/.hidden"
	printf 'mémoire\n' >"$1/Pièces jointes/Mémoire n° 1 – « été ».txt"
	printf 'not Latin\n' >"$1/標書 заявка 🏗"
	printf 'odd\n' >"$1/ a 'b' \"c\" \$d *?;&|<>%~ "
	printf 'dash\n' >"$1/-rf"
	: >"$1/empty"
	: >"$1/.hidden/empty"
	long=$(printf 'n%.0s' $(seq 251)).txt
	printf 'long\n' >"$1/$long"
	mkdir "$1/$(printf 'é%.0s' $(seq 127))"
	printf 'long, too\n' >"$1/$(printf 'é%.0s' $(seq 127))/$long"
	deep=$1
	for _ in $(seq 62); do deep=$deep/depth; done
	mkdir -p "$deep"
	printf 'deep\n' >"$deep/leaf"
	for size in 1 511 512 513 1023 1024 1048575 1048576 1048577 2500000; do
		content "$1/of $size" "$size"
	done
	printf 'fixed\n' >"$1/read-only/file"
	chmod 0400 "$1/read-only/file"
	chmod 0640 "$1/empty"
	chmod 0755 "$1/of 1"
	chmod 0444 "$1/of 511"
	find "$1" -exec touch -h -d '2021-03-04 05:06:07' {} +
	touch -d '1975-01-02 03:04:05' "$1/of 512"
	touch -d '2001-01-01' "$1/Pièces jointes"
	chmod 0555 "$1/read-only"
	chmod 0750 "$1/.hidden"
}

odd_tree bid
run 0 pli seal --no-sync -r "$K/p256.pem" -r "$K/rsa3072.pem" -o bid.pli bid/
for key in p256 rsa3072; do
	run 0 pli open --no-sync -k "$K/$key.key" --cert "$K/$key.pem" -C "by $key" bid.pli
	same_tree bid "by $key/bid/bid"
done
run 0 pli open --no-sync -j 0 "${auth[@]}" -C inline bid.pli
same_tree bid inline/bid/bid
holds inline bid
holds inline/bid bid

# From a pipe, and into the current folder.
mkdir here
cd here || exit 1
piped=../bid.pli run 0 pli open --no-sync "${auth[@]}" -
cd .. || exit 1
same_tree bid here/content/bid

# Several paths in one envelope, each under its last part: files and folders.
mkdir elsewhere
printf 'one\n' >elsewhere/one.txt
run 0 pli seal --no-sync -r "$K/p256.pem" -o mixed.pli elsewhere/one.txt "bid/Pièces jointes" ./bid/.hidden/
run 0 pli open --no-sync "${auth[@]}" -C mixed mixed.pli
same elsewhere/one.txt mixed/mixed/one.txt
same_tree "bid/Pièces jointes" "mixed/mixed/Pièces jointes"
same_tree bid/.hidden mixed/mixed/.hidden
holds mixed/mixed one.txt "Pièces jointes" .hidden

# Times that tar programs find odd.
mkdir times
touch -d '1969-12-31 23:00:00 UTC' times/before
touch -d '2050-06-07 08:09:10' times/after
touch -d '2021-03-04 05:06:07.987654321' times/fraction
touch -d '2040-01-01' times
run 0 pli seal --no-sync -r "$K/p256.pem" -o times.pli times
run 0 pli open --no-sync "${auth[@]}" -C opened times.pli
same_tree times opened/times/times

# An empty folder alone; a folder through standard output.
mkdir nothing
pli seal --no-sync -q -r "$K/p256.pem" -o - nothing >nothing.pli
run 0 pli open --no-sync "${auth[@]}" -C nothings nothing.pli
same_tree nothing nothings/nothing/nothing

# The list says the same as the tree.
run 0 pli list --json --digests "${auth[@]}" bid.pli
jq -rj '.files[]? | .sha256, "  ", .path, "\n"' <"$out" >digests
[ "$(wc -l <digests)" -eq "$(find bid -type f | wc -l)" ] || problem "not all files are in the list"
sha256sum -c --quiet digests >checked 2>&1 || problem "digests: $(head -n 5 checked)"
json '.[0] | .type == "opened" and .authenticated and .committed == "yes" and .output == null'
run 0 pli list "${auth[@]}" bid.pli
stdout_has 'bid/read-only/file'
[ "$(wc -l <"$out")" -eq "$(find bid | wc -l)" ] || problem "not one line for each file and folder"

# The same envelope without pli.
decrypt=(openssl cms -decrypt -binary -inform DER -inkey "$K/p256.key" -recip "$K/p256.pem")
run 0 "${decrypt[@]}" -in bid.pli -out bid.tar
run 0 pli open --no-sync "${auth[@]}" -o same.tar bid.pli
same bid.tar same.tar

# through WORD COMMAND... extracts $archive, its standard input, in the folder WORD, silently.
through()
{
	local word=$1
	shift
	if ! command -v "$1" >/dev/null; then
		echo "left out, not installed: $word"
		return 1
	fi
	mkdir "$word"
	input=$archive run 0 "$@"
	stdout_empty
	stderr_empty
}

extract='import sys, tarfile
t = tarfile.open(fileobj=sys.stdin.buffer, mode="r|")
more = {"filter": "fully_trusted"} if hasattr(tarfile, "fully_trusted_filter") else {}
t.extractall("python", **more)'

# everywhere ARCHIVE TREE [OPTION OF GNU TAR]: each program makes the same of it.
everywhere()
{
	local archive=$1
	through gnu tar -xp "${@:3}" -C gnu && same_tree "$2" "gnu/$2"
	through bsd bsdtar -xp -f - -C bsd && same_tree "$2" "bsd/$2"
	through python python3 -c "$extract" && same_tree "$2" "python/$2"
	if [ "$(id -u)" -ne 0 ]; then
		echo "left out, fills no read-only folder but as root: busybox"
	elif through busybox busybox tar -x -f - -C busybox; then
		same_bytes "$2" "busybox/$2" # it knows no times of extended headers
	fi
	chmod -R u+rwX gnu bsd python busybox 2>/dev/null
	rm -rf gnu bsd python busybox
}

everywhere bid.tar bid
run 0 "${decrypt[@]}" -in times.pli -out times.tar
everywhere times.tar times --warning=no-timestamp

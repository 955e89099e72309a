#!/usr/bin/env bash
# Several GiB in constant memory: sealed, opened (to a file and to standard output) and verified in less than 64 MiB each, as a file
# and in a folder with a sparse file of 8 GiB; hundreds of MiB in CBC, in PEM, and in S/MIME from a pipe. A folder of 100,000 small
# files: sealed in less than 64 MiB and 100 MB more.
#
#	PLI=... tests/cli/large.sh [GIB...]
#
# It takes minutes, and three times the content in free space (TMPDIR; 17 GiB for the sparse file).
. "$(dirname "$0")/lib.sh"

most_kib=65536
auth=(-k "$K/rsa3072.key" --cert "$K/rsa3072.pem")
many_kib=$((65536 + 100000000 / 1024))
[ $# -gt 0 ] || if [ "$every" -eq 1 ]; then set -- 3 8; else set -- 3; fi

# measured MOST WHAT COMMAND...: ends with 0, and its peak memory is less than MOST KiB.
measured()
{
	local most=$1 what=$2 start=$SECONDS kib
	shift 2
	run 0 /usr/bin/time -q -f %M -o usage "$@"
	kib=$(cat usage)
	printf '%4d s %6d KiB  %s\n' $((SECONDS - start)) "$kib" "${*:2:1} of $what"
	[ "$kib" -lt "$most" ] || problem "peak memory $kib KiB, more than $most"
}

frugal()
{
	measured "$most_kib" "$(stat -c %s big) bytes" "$@"
}

many_files()
{
	local i j
	mkdir many
	for i in $(seq 100); do
		mkdir -p "many/pièces $i"
		for j in $(seq 1000); do
			printf '%s\n' "$i.$j" >"many/pièces $i/document n° $j.txt"
		done
	done
	measured "$many_kib" "100,000 files" "$PLI" seal -j 2 --no-sync -r "$K/p256.pem" -o many.pli many
	measured "$many_kib" "100,000 files" "$PLI" verify -j 2 -k "$K/p256.both.pem" many.pli
	measured "$many_kib" "100,000 files" "$PLI" open -j 2 --no-sync -k "$K/p256.both.pem" -C opened many.pli
	same_bytes many opened/many/many
	rm -rf many opened many.pli
}

# room BYTES: so much space is free, and else it is said.
room()
{
	local free
	free=$(df -P -k . | awk 'END { print $4 }')
	[ $((free / 1024)) -ge $(($1 >> 20)) ] || { echo "left out: $(($1 >> 20)) MiB of space are not free"; return 1; }
}

# 8 GiB is the first size that a header of 1988 cannot say. What is behind it in the archive has to be found, too.
sparse_file()
{
	local at size=$((8 << 30)) what="a folder with a sparse file"
	room $((17 << 30)) || return
	mkdir sparse
	printf 'before\n' >sparse/before
	truncate -s "$size" "sparse/Données"
	for at in 0 65535 $((1 << 31)) $(((1 << 32) - 3)) 6000000000 $((size - 7)); do
		printf 'content' | dd of="sparse/Données" bs=1 seek="$at" conv=notrunc status=none
	done
	printf 'behind\n' >sparse/zwischen
	measured "$most_kib" "$what" "$PLI" seal -j 2 --no-sync -q -r "$K/p256.pem" -o sparse.pli sparse
	measured "$most_kib" "$what" "$PLI" verify -j 2 -q -k "$K/p256.both.pem" sparse.pli
	measured "$most_kib" "$what" "$PLI" open -j 2 --no-sync -q -k "$K/p256.both.pem" -C opened sparse.pli
	same_tree sparse opened/sparse/sparse
	rm -rf sparse opened sparse.pli
}

# every_way BYTES
every_way()
{
	room $(($1 * 3)) || return
	content big "$1"
	frugal "$PLI" seal -j 2 --no-sync --raw -r "$K/rsa3072.pem" -r "$K/p256.pem" -o bid.pli big
	frugal "$PLI" verify -j 2 "${auth[@]}" bid.pli
	frugal "$PLI" open -j 2 --no-sync "${auth[@]}" -o out bid.pli
	same big out
	rm -f out
	frugal "$PLI" open -j 2 "${auth[@]}" -o - bid.pli
	same big "$out"
	: >"$out"
	rm -f bid.pli

	# Others' chunks of 4096 bytes; OpenSSL itself cannot open a message of 3 GiB.
	run 0 openssl cms -encrypt -binary -stream -aes-256-gcm -outform DER -in big -out bid.p7m \
		-recip "$K/rsa3072.pem" -keyopt rsa_padding_mode:oaep
	frugal "$PLI" open -j 2 --no-sync "${auth[@]}" -o out bid.p7m
	same big out
	rm -f out bid.p7m big
}

# other_ways BYTES: what nothing authenticates, and texts, those from a pipe too.
other_ways()
{
	local old=(--accept-unauthenticated --accept-legacy)
	room $(($1 * 4)) || return
	content big "$1"
	frugal "$PLI" seal -j 2 --no-sync --profile cbc --raw -r "$K/rsa3072.pem" -o cbc.pli big
	frugal "$PLI" open -j 2 --no-sync "${old[@]}" "${auth[@]}" -o out cbc.pli
	same big out
	rm -f out cbc.pli
	run 0 openssl cms -encrypt -binary -stream -aes-256-cbc -outform PEM -in big -out bid.pem "$K/rsa3072.pem"
	frugal "$PLI" open -j 2 --no-sync "${old[@]}" "${auth[@]}" -o out bid.pem
	same big out
	rm -f out bid.pem
	run 0 openssl cms -encrypt -binary -stream -aes-256-gcm -in big -out bid.eml -recip "$K/rsa3072.pem" \
		-keyopt rsa_padding_mode:oaep
	piped=bid.eml frugal "$PLI" open -j 2 --no-sync "${auth[@]}" -o out -
	same big out
	rm -f out bid.eml big
}

many_files
sparse_file
other_ways $((400 << 20))
every_way $((10 << 20))
for gib in "$@"; do
	every_way $((gib << 30))
done

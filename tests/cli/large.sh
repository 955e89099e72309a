#!/usr/bin/env bash
# Several GiB in constant memory: sealed, opened and verified in less than 64 MiB each. A folder of 100,000 small files:
# sealed in less than 64 MiB and 100 MB more.
#
#	PLI=... tests/cli/large.sh [GIB...]
#
# Not part of ctest: it takes minutes, and three times the content in free space (TMPDIR).
. "$(dirname "$0")/lib.sh"

most_kib=65536
auth=(-k "$K/rsa3072.key" --cert "$K/rsa3072.pem")
many_kib=$((65536 + 100000000 / 1024))
[ $# -gt 0 ] || set -- 3 8

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

# every_way BYTES
every_way()
{
	local free
	free=$(df -P -k . | awk 'END { print $4 }')
	if [ $((free * 1024)) -lt $(($1 * 3)) ]; then
		echo "left out for want of space: $1 bytes"
		return
	fi
	content big "$1"
	frugal "$PLI" seal -j 2 --no-sync --raw -r "$K/rsa3072.pem" -r "$K/p256.pem" -o bid.pli big
	frugal "$PLI" verify -j 2 "${auth[@]}" bid.pli
	frugal "$PLI" open -j 2 --no-sync "${auth[@]}" -o out bid.pli
	same big out
	rm -f out bid.pli

	# Others' chunks of 4096 bytes; OpenSSL itself cannot open a message of 3 GiB.
	run 0 openssl cms -encrypt -binary -stream -aes-256-gcm -outform DER -in big -out bid.p7m \
		-recip "$K/rsa3072.pem" -keyopt rsa_padding_mode:oaep
	frugal "$PLI" open -j 2 --no-sync "${auth[@]}" -o out bid.p7m
	same big out
	rm -f out bid.p7m big
}

many_files
every_way $((10 << 20))
for gib in "$@"; do
	every_way $((gib << 30))
done

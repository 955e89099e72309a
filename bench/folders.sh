# folders.sh - whole processes on folders and on many envelopes; a part of bench/run, which reads it.
#
# A folder of four large files, beside cp -r and the same bytes as one file; one of small files, beside tar; many envelopes
# of 100 KiB, beside a loop of openssl cms. In memory and, in a full run, on disk (names that end in -disk). What was made
# is opened, and held against what it was made of, before anything is measured.
# shellcheck shell=bash disable=SC2154,SC2016 # variables of bench/run; of the bash that a row runs

# folder_line NAME prints, NUL-terminated, the command line of one whole process.
folder_line()
{
	local place=$work name=${1%-disk} seal open key=(-k "$work/key.pem" --cert "$work/cert.pem")
	[ "$name" = "$1" ] || place=$disk
	seal=("$build/cli/pli" seal --no-sync -q -r "$work/cert.pem")
	open=("$build/cli/pli" open --no-sync -q "${key[@]}")
	case $name in
	cp-folder) set -- cp -r "$place/large" "$place/out" ;;
	seal-folder) set -- "${seal[@]}" -o "$place/out" "$place/large" ;;
	open-folder) set -- "${open[@]}" -C "$place/out" "$place/large.pli" ;;
	seal-file) set -- "${seal[@]}" --raw -o "$place/out" "$place/single" ;;
	open-file) set -- "${open[@]}" -o "$place/out" "$place/single.pli" ;;
	tar-c) set -- tar -c -C "$place" -f "$place/out" small ;;
	tar-x) set -- tar -x --one-top-level="$place/out" -f "$place/small.tar" ;;
	seal-small) set -- "${seal[@]}" -o "$place/out" "$place/small" ;;
	open-small) set -- "${open[@]}" -C "$place/out" "$place/small.pli" ;;
	seal-each) set -- "${seal[@]}" --each -C "$place/out" "$place"/many/* ;;
	open-each) set -- "${open[@]}" -C "$place/out" "$place"/many.pli/* ;;
	cms-seal-each) set -- bash -c 'mkdir "$3/out" && for f in "$3"/many/*; do
		openssl cms -encrypt -binary -aes-256-gcm -outform DER -in "$f" -out "$3/out/${f##*/}" -recip "$2" || exit
		done' - "$work/key.pem" "$work/cert.pem" "$place" ;;
	cms-open-each) set -- bash -c 'mkdir "$3/out" && for f in "$3"/many.cms/*; do
		openssl cms -decrypt -binary -inform DER -in "$f" -out "$3/out/${f##*/}" -inkey "$1" -recip "$2" || exit
		done' - "$work/key.pem" "$work/cert.pem" "$place" ;;
	esac
	printf '%s\0' "$@"
}

# folder_same NAME: is what NAME left in out what it was made of? What is no folder yet is seen to when it was opened.
folder_same()
{
	local place=$work
	[ "${1%-disk}" = "$1" ] || place=$disk
	case ${1%-disk} in
	cp-folder) diff -r "$place/large" "$place/out" ;;
	open-folder) diff -r "$place/large" "$place/out/large/large" ;;
	open-file) cmp "$place/single" "$place/out" ;;
	tar-x) diff -r "$place/small" "$place/out/small" ;;
	open-small) diff -r "$place/small" "$place/out/small/small" ;;
	open-each) (cd "$place/many" && for f in *; do cmp "$f" "$place/out/$f/$f" || exit; done) ;;
	cms-open-each) diff -r "$place/many" "$place/out" ;;
	esac
}

# folder_rounds FILE ROUNDS NAME... runs each once, to see that it works, and then ROUNDS times in changing order.
folder_rounds()
{
	local to=$1 times=$2 round name
	shift 2
	for name; do
		measured "$name" >/dev/null
		if ! folder_same "$name" >"$work/said" 2>&1; then
			echo "bench/run: $name gave other content: $(head -c 300 "$work/said")" >&2
			exit 1
		fi
	done
	for ((round = 0; round < times; round++)); do
		for name in $(shuf -e "$@"); do
			measured "$name"
		done
	done >>"$to"
	rm -rf "$work/out" "$disk/out"
}

# random_bytes BYTES SEED prints bytes that nothing can make shorter.
random_bytes()
{
	openssl enc -aes-128-ctr -nosalt -K 00 -iv "$2" -in <(head -c "$1" /dev/zero) 2>/dev/null
}

# folder_made NAME ENVELOPE runs what makes the input of another row, and keeps it.
folder_made()
{
	measured "$1" >/dev/null
	mv "$2/out" "$2/$3"
}

# folder_place PLACE SUFFIX: a folder of large files and one of small files, on one file system.
folder_place()
{
	local place=$1 end=$2 mib=$size i
	while [ $((5 * mib + 1024)) -gt "$(free_mib "$place")" ] && [ "$mib" -gt 16 ]; do
		mib=$((mib / 2))
	done
	echo "-- folders: 4 files of $((mib / 4)) MiB, $small_files of 4 KiB${end:+, on disk}, $rounds times" >&2
	mkdir "$place/large"
	for i in 1 2 3 4; do
		random_bytes "$((mib / 4))M" "0$i" >"$place/large/file-$i"
	done
	cat "$place"/large/* >"$place/single"
	folder_made "seal-folder$end" "$place" large.pli
	folder_made "seal-file$end" "$place" single.pli
	folder_rounds "$results/folders.txt" "$rounds" {cp,seal,open}-folder"$end" {seal,open}-file"$end"
	rm -rf "$place"/large* "$place"/single*
	for ((i = 1; i <= small_files / 100; i++)); do
		mkdir -p "$place/small/folder $i"
		random_bytes 409600 "$i" | (cd "$place/small/folder $i" && split -b 4096 -a 3 - document-)
	done
	folder_made "seal-small$end" "$place" small.pli
	folder_made "tar-c$end" "$place" small.tar
	folder_rounds "$results/folders.txt" "$((2 * rounds + 1))" {tar-c,tar-x,seal-small,open-small}"$end"
	rm -rf "$place"/small*
}

# folder_many: envelopes of 100 KiB. The loops take long, and run once.
folder_many()
{
	echo "-- $many envelopes of 100 KiB" >&2
	mkdir "$work/many"
	random_bytes $((many * 102400)) 07 | (cd "$work/many" && split -b 102400 -a 4 - bid-)
	folder_made seal-each "$work" many.pli
	folder_made cms-seal-each "$work" many.cms
	folder_rounds "$results/folders.txt" 3 seal-each open-each
	folder_rounds "$results/folders.txt" 1 cms-seal-each cms-open-each
	rm -rf "$work"/many*
}

folders()
{
	folder_place "$work" ""
	[ "$mode" != full ] || folder_place "$disk" -disk
	folder_many
}

# folder_ratios END: what process_ratios prints about folders, as awk.
folder_ratios()
{
	local end text
	for end in "" -disk; do
		text="folders${end:+, disk}:"
		cat <<-AWK
			times("seal-folder$end", "cp-folder$end", "$text seal 4 large files, time / cp -r", "<= 1.0")
			times("open-folder$end", "cp-folder$end", "$text open 4 large files, time / cp -r", "<= 1.0")
			times("seal-folder$end", "seal-file$end", "$text seal 4 large files, time / one file", "<= 1.3")
			times("open-folder$end", "open-file$end", "$text open 4 large files, time / one file", "<= 1.3")
			times("seal-small$end", "tar-c$end", "$text seal $small_files small files, time / tar -c", "<= 1.3")
			times("open-small$end", "tar-x$end", "$text open $small_files small files, time / tar -x", "<= 1.3")
		AWK
	done
	cat <<-AWK
		times("cms-seal-each", "seal-each", "many: seal $many envelopes, rate / openssl cms", ">= 5")
		times("cms-open-each", "open-each", "many: open $many envelopes, rate / openssl cms", ">= 5")
	AWK
}

# shellcheck shell=bash
#
# shapes.sh - what is sealed: made, measured in bytes, compared with what was opened. Sourced by compare/run.
#
#	1KiB, 4GiB ...     one file of that size
#	few-1GiB           a folder of four files, together that size
#	tree-5000          a folder of that many files, in four sizes from 1 KB to 60 KB
#	small-5000         that many files of 4 KiB
#	batch-2000         that many files of 100 KiB, each for its own envelope
#	sync-1GiB          one file, for the cost of syncing
#	large-20GiB        as few, but as much as there is room for
#
# Bytes are those of a cipher, always the same ones: nothing compresses or repeats.
#
# $work is the folder that everything is in; $in, $sealed and $out as peers.sh says.
#
# Read by the scripts that source this file.
# shellcheck disable=SC2034,SC2154

# noise BYTES prints as many.
noise()
{
	head -c "$1" /dev/zero | openssl enc -aes-128-ctr -nosalt -K 00 -iv 00 2>/dev/null
}

# shape_size SHAPE prints how many bytes it has.
shape_size()
{
	local size
	case $1 in
	tree-*) echo $((${1#tree-} * (1000 + 8000 + 20000 + 60000) / 4)) ;;
	small-*) echo $((${1#small-} * 4096)) ;;
	batch-*) echo $((${1#batch-} * 102400)) ;;
	*)
		size=${1##*-}
		numfmt --from=iec-i "${size%B}"
		;;
	esac
}

shape_kind()
{
	case $1 in
	tree-* | small-* | few-* | large-*) echo tree ;;
	batch-*) echo batch ;;
	*) echo file ;;
	esac
}

# make_tree COUNT SIZE... fills the folder $in: COUNT files of each SIZE, 50 in each folder of it.
make_tree()
{
	local size each=$1 folder n files
	shift
	for size; do
		noise $((size * each)) | split -a 5 -d -b "$size" --additional-suffix=.dat - "$in/$size-"
		files=("$in/$size-"*.dat)
		for ((n = 0; n < ${#files[@]}; n += 50)); do
			folder=$in/folder-$size-$n
			mkdir "$folder"
			mv "${files[@]:n:50}" "$folder"
		done
	done
}

# shape_make SHAPE makes $in, and sets bytes and kind.
shape_make()
{
	kind=$(shape_kind "$1") bytes=$(shape_size "$1")
	in=$work/plain sealed=$work/sealed.x out=$work/out
	rm -rf "$in"
	case $1 in
	tree-*) mkdir "$in" && make_tree $((${1#tree-} / 4)) 1000 8000 20000 60000 ;;
	small-*) mkdir "$in" && make_tree "${1#small-}" 4096 ;;
	batch-*) mkdir "$in" && noise "$bytes" | split -a 5 -d -b 102400 - "$in/bid-" ;;
	few-* | large-*) mkdir "$in" && noise "$bytes" | split -a 1 -d -b $((bytes / 4)) - "$in/part-" ;;
	*) noise "$bytes" >"$in" ;;
	esac
}

# opened_tree prints where the folder that was opened is: that depends on who opened it.
opened_tree()
{
	local place
	for place in "$out/sealed/plain" "$out/sealed.x" "$out/plain"; do
		[ ! -d "$place" ] || { echo "$place" && return; }
	done
	echo "$out"
}

# shape_same ROUND says whether $out is what $in is: byte for byte in the first round, then only how much of it there is.
shape_same()
{
	local opened
	case $kind in
	file)
		[ ! -d "$out.d" ] || mv "$out.d"/* "$out"
		if [ "$1" -eq 1 ]; then
			cmp -s "$in" "$out"
		else
			[ "$(stat -c %s "$in")" -eq "$(stat -c %s "$out")" ]
		fi
		;;
	tree)
		opened=$(opened_tree)
		if [ "$1" -eq 1 ]; then
			diff -rq "$in" "$opened" >/dev/null
		else
			[ "$(find "$in" -type f | wc -l)" -eq "$(find "$opened" -type f | wc -l)" ]
		fi
		;;
	batch) # archives are opened into a folder for each
		cat "$in"/* | cmp -s - <(find "$out" -type f | LC_ALL=C sort | tr '\n' '\0' | xargs -0 cat)
		;;
	esac
}

# shape_clear JOB removes what a job writes, and makes the folders that it needs.
shape_clear()
{
	case $1 in
	seal)
		rm -rf "$sealed"
		[ "$kind" != batch ] || mkdir "$sealed"
		;;
	open)
		rm -rf "$out" "$out.d"
		[ "$kind" = file ] || mkdir "$out"
		;;
	esac
}

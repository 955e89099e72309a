#!/usr/bin/env bash
#
# layers.sh - each layer includes only what it may see (the table is in ARCHITECTURE.md).
. "$(dirname "${BASH_SOURCE[0]}")/files.sh"

# The layers that a layer may see besides itself, and the public headers.
declare -A sees=(
	[base]=""
	[io]="base"
	[der]="base"
	[pipe]="base"
	[crypt]="base"
	[cms]="base der crypt"
	[engine]="base io der pipe crypt cms"
	[tree]="base io"
	[register]="base io"
	[cli]=""
	[include]=""
)
declare -A public=(
	[base]="status.h"
	[io]="status.h stream.h"
	[der]="status.h"
	[pipe]="status.h"
	[crypt]="status.h pli.h keys.h pair.h digest.h"
	[cms]="status.h pli.h keys.h inspect.h"
	[engine]="*"
	[tree]="status.h pli.h stream.h keys.h seal.h open.h inspect.h digest.h tree.h"
	[register]="status.h pli.h keys.h pair.h open.h register.h"
	[cli]="*"
	[include]="*"
)
# Libraries and the layers that may include each.
declare -A only=(
	["openssl/*"]=crypt
	[gcrypt.h]=crypt
	[pthread.h]=pipe
	[threads.h]=pipe
	["archive*.h"]=tree
	["uni*case.h"]="tree register"
	[uninorm.h]="tree register"
	[sqlite3.h]=register
	[jansson.h]=cli
)

# layer FILE prints the layer that FILE belongs to.
layer()
{
	case $1 in
	engine/*/*) dirname "${1#engine/}" | cut -d / -f 1 ;;
	engine/*) echo engine ;;
	include/*) echo include ;;
	cli/*) echo cli ;;
	esac
}

declare -A home=()
mapfile -t sources < <(files 'engine/*.[ch]' 'cli/*.[ch]' 'include/*.h')
for file in "${sources[@]}"; do
	[ "${file%.h}" = "$file" ] || home[$(basename "$file")]=$(layer "$file")
done

# quoted FILE LAYER NAME: an #include "NAME" in FILE.
quoted()
{
	local from
	case $3 in
	*../*)
		complain "$1: \"$3\": no ../ in an #include"
		return
		;;
	pli/*)
		case " ${public[$2]-} " in
		*" * "* | *" ${3#pli/} "*) ;;
		*) complain "$1: \"$3\": $2 may not see this public header" ;;
		esac
		return
		;;
	*/*)
		complain "$1: \"$3\": file names are unique, a folder says nothing"
		return
		;;
	esac
	from=${home[$3]-}
	case " $2 ${sees[$2]-} " in
	*" ${from:-nowhere} "*) ;;
	*) complain "$1: \"$3\": $2 may not see ${from:-a header that is nowhere in the tree}" ;;
	esac
}

# system FILE LAYER NAME: an #include <NAME> in FILE.
system()
{
	local pattern
	for pattern in "${!only[@]}"; do
		# The pattern is one.
		# shellcheck disable=SC2254
		case $3 in
		$pattern)
			case " ${only[$pattern]} " in
			*" $2 "*) ;;
			*) complain "$1: <$3>: only ${only[$pattern]} includes it" ;;
			esac
			;;
		pli/*) complain "$1: <$3>: the project's own headers stand in quotes" ;;
		esac
	done
}

for file in "${sources[@]}"; do
	where=$(layer "$file")
	if [ -z "${sees[$where]+known}" ]; then
		complain "$file: '$where' is no layer of the table"
		continue
	fi
	while read -r kind name; do
		case $kind in
		'"') quoted "$file" "$where" "$name" ;;
		*) system "$file" "$where" "$name" ;;
		esac
	done < <(sed -n 's/^[[:space:]]*#[[:space:]]*include[[:space:]]*\(["<]\)\([^">]*\)[">].*/\1 \2/p' \
		"$file")
done
[ "${#sources[@]}" -gt 0 ] || complain "no sources found"
verdict

#!/usr/bin/env bash
#
# tree.sh - names and files: unique stems, short files, nothing left to do, no paths of one machine.
. "$(dirname "${BASH_SOURCE[0]}")/files.sh"

most_lines=600
most_lines_of_tests=700 # tables of cases are long, and read one by one

while read -r stem; do
	complain "$stem: this name stands twice: $(files "*/$stem" | tr '\n' ' ')"
done < <(files 'engine/*.[ch]' 'cli/*.[ch]' 'bench/*.c' 'tests/*.[ch]' | grep -v '^tests/install/' |
	sed 's|.*/||' | sort | uniq -d)

# The fixed names of the public headers may stand once more, as the story behind them.
while read -r name; do
	case $name in
	seal.h | open.h | inspect.h | keys.h | pair.h | tree.h | register.h | status.h | stream.h | pli.h)
		complain "$name: a public header has this name"
		;;
	esac
done < <(files 'engine/*.h' 'cli/*.h' | sed 's|.*/||')

while read -r file; do
	lines=$(wc -l <"$file")
	most=$most_lines
	case $file in tests/*) most=$most_lines_of_tests ;; esac
	[ "$lines" -le "$most" ] || complain "$file: $lines lines; $most is the most"
done < <(files '*.c' '*.h' '*.cc' '*.java' '*.sh')

# The words are in two parts, so that this file has none of them.
while read -r found; do
	complain "left to do: $found"
done < <(files '*.c' '*.h' '*.cc' '*.sh' '*.java' 'CMakeLists.txt' '*.cmake' |
	xargs -r grep -nwE 'TO''DO|FIX''ME|X''XX|HA''CK' /dev/null)

while read -r found; do
	complain "a path of one machine: $found"
done < <(files '*' | grep -v '^LICENSE$' |
	xargs -r grep -nIE '(^|[^A-Za-z0-9_.$}-])/(work|ro''ot|ho''me)/' /dev/null)

while read -r found; do
	complain "trailing space: $found"
done < <(files '*.c' '*.h' '*.cc' '*.sh' '*.md' '*.java' 'CMakeLists.txt' '*.cmake' |
	xargs -r grep -nE '[[:blank:]]+$' /dev/null | cut -c 1-120)
verdict

#!/usr/bin/env bash
#
# run.sh - the vectors of Project Wycheproof; skipped where $PLI_VECTORS has none.
#
#	run.sh WYCHEPROOF-PROGRAM

folder=${PLI_VECTORS-}/wycheproof
if [ -z "${PLI_VECTORS-}" ] || [ ! -d "$folder" ]; then
	echo "skipped: PLI_VECTORS names no folder with wycheproof/ in it"
	exit 77
fi
exec "$1" "$folder"

#!/usr/bin/env bash
#
# run.sh - the vectors of Project Wycheproof. Without $PLI_VECTORS skipped by hand, an error in CI.
#
#	run.sh WYCHEPROOF-PROGRAM

folder=${PLI_VECTORS:-/nonexistent}/wycheproof
if [ ! -d "$folder" ]; then
	if [ -n "${PLI_VECTORS-}" ] || [ "${CI-}" = true ]; then
		echo "$folder is missing: see PLI_VECTORS"
		exit 1
	fi
	echo "skipped: PLI_VECTORS names no folder with wycheproof/ in it"
	exit 77
fi
exec "$1" "$folder"

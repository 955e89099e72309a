#!/usr/bin/env bash
#
# run.sh - the vectors of Project Wycheproof. Skipped where $PLI_VECTORS is not set, but for CI.
#
#	run.sh WYCHEPROOF-PROGRAM

folder=${PLI_VECTORS-}/wycheproof
if [ -z "${PLI_VECTORS-}" ]; then
	[ "${CI-}" != true ] || { echo "PLI_VECTORS is not set"; exit 1; }
	echo "skipped: PLI_VECTORS is not set"
	exit 77
fi
if [ ! -d "$folder" ]; then
	echo "$folder is missing: see PLI_VECTORS"
	exit 1
fi
exec "$1" "$folder"

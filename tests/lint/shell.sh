#!/usr/bin/env bash
#
# shell.sh - shellcheck of every script.
. "$(dirname "${BASH_SOURCE[0]}")/files.sh"
needs shellcheck shellcheck

mapfile -t all < <(scripts | sort -u)
shellcheck -x -P SCRIPTDIR "${all[@]}"

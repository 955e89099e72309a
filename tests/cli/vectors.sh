#!/usr/bin/env bash
# Hostile archives that others made ($PLI_VECTORS): sealed as they are and opened, nothing appears outside the folder.
. "$(dirname "$0")/lib.sh"

archives=${PLI_VECTORS:+$PLI_VECTORS/archives}
[ -d "${archives:-none}" ] || skip "PLI_VECTORS does not name a folder with archives/"

auth=(-k "$K/p256.both.pem")
mkdir -p canary/in
printf 'canary\n' >canary/file
printf 'canary\n' >canary/in/todo.txt
for path in "$HOME/.bashrc" /tmp/evil.txt /gopher.txt /tmp/test-file; do
	stat -c '%n %i %Y %Z %s' "$path" 2>/dev/null
done >outside
umask 022

# expected NAME prints the code that opening it ends with.
expected()
{
	case $1 in
	*.zip | xattr.tar) echo 0 ;;
	specialmodes.tar | winshort.tar) echo 0 ;;
	*.tar) echo 17 ;;
	esac
}

count=0
for archive in "$archives"/*; do
	name=$(basename "$archive")
	code=$(expected "$name")
	[ -n "$code" ] || continue
	count=$((count + 1))
	mkdir around
	cp -a canary around/canary
	tree around >before
	seal "$name.pli" "$archive" p256
	if run "$code" pli open --no-sync "${auth[@]}" -C around/out "$name.pli" && [ "$code" -eq 0 ]; then
		[ -z "$(find around/out ! -type f ! -type d)" ] || problem "$name: links or devices"
		[ -z "$(find around/out -perm /7000)" ] || problem "$name: set-id or sticky bits"
		holds around/out "$name"
		rm -rf around/out
	fi
	absent around/out
	tree around >after
	cmp -s before after || problem "$name: $(diff before after)"
	same_tree canary around/canary
	run "$code" pli verify "${auth[@]}" "$name.pli"
	rm -rf around "$name.pli"
done
[ "$count" -gt 0 ] || problem "no archives in $archives"
for path in "$HOME/.bashrc" /tmp/evil.txt /gopher.txt /tmp/test-file; do
	stat -c '%n %i %Y %Z %s' "$path" 2>/dev/null
done | cmp -s - outside || problem "a file outside was changed"
holds . after before canary outside
[ "$problems" -gt 0 ] || echo "$count archives that others made, each opened or refused as it must be; nothing appeared outside"

#!/usr/bin/env bash
# Hostile archives that others made ($PLI_VECTORS): sealed as they are and opened, nothing appears outside the folder. And nested
# ASN.1 in place of an envelope.
. "$(dirname "$0")/lib.sh"

need_vectors archives
need_vectors bombs
archives=$PLI_VECTORS/archives

auth=(-k "$K/p256.both.pem")
mkdir -p canary/in
printf 'canary\n' >canary/file
printf 'canary\n' >canary/in/todo.txt
outside=()
for path in "$HOME/.bashrc" /tmp/evil.txt /gopher.txt /tmp/test-file; do
	[ -e "$path" ] || outside+=("$path")
done
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
	[ -n "$code" ] || { problem "$archive: nobody has said how that ends"; continue; }
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
absent "${outside[@]}"
holds . after before canary

# Nested ASN.1 is refused as anything that is no envelope, and before it takes seconds.
bombs=0
for bomb in "$PLI_VECTORS"/bombs/*; do
	bombs=$((bombs + 1))
	(
		ulimit -t 20
		refuse 10 open "${auth[@]}" -o x "$bomb"
		refuse 10 verify "${auth[@]}" "$bomb"
		refuse 10 list "${auth[@]}" "$bomb"
		refuse 10 inspect "$bomb"
		exit "$((problems > 0))"
	) || problem "$bomb (above)"
done
[ "$bombs" -gt 0 ] || problem "no bombs in $PLI_VECTORS/bombs"
[ "$problems" -gt 0 ] || echo "$count archives that others made, each opened or refused as it must be; nothing appeared outside; $bombs bombs refused"

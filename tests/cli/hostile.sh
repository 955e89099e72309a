#!/usr/bin/env bash
# Hundreds of hostile archives of our own making (tests/behaviour/test_hostile.c), sealed as they are and opened beside a
# canary: each ends as it must, nothing appears outside its folder, and nothing of what is refused.
. "$(dirname "$0")/lib.sh"

maker=${HOSTILE:-$(dirname "$PLI")/../tests/hostile_plain}
[ -x "$maker" ] || skip "no program that makes the archives: $maker"
auth=(-k "$K/p256.both.pem")
umask 022

mkdir archives around around/canary
HOSTILE_INTO=$PWD/archives run 0 "$maker"
count=$(find archives -type f | wc -l)
[ "$count" -ge 200 ] || problem "only $count archives"
printf 'canary\n' >around/canary/file
ln -s file around/canary/link
chmod 0600 around/canary/file
tree around >before
run 0 pli seal -q --no-sync --raw --each -C sealed -r "$K/p256.pem" archives/*

# codes prints the number of each envelope with the code that it ended with, from the JSON of the last run.
codes()
{
	jq -r 'select(.file != null) | "\(.file | ltrimstr("sealed/") | rtrimstr(".tar.pli")) -> \(.code // 0)"' <"$out"
}

# as_expected: every archive is there, with the code that its name says.
as_expected()
{
	local line name code
	codes >"codes.$1"
	[ "$(wc -l <"codes.$1")" -eq "$count" ] || problem "not $count results"
	while read -r line; do
		name=${line% -> *}
		code=${line#* -> }
		[ "${name#* }" = "$code" ] || problem "$1: archive $name ended with $code"
	done <"codes.$1"
}

last="open of all"
pli open --json --no-sync "${auth[@]}" -C around/out sealed/* >"$out" 2>"$err"
[ $? -eq 3 ] || problem "exit code not 3"
as_expected open
[ -z "$(find around/out ! -type f ! -type d)" ] || problem "links or devices"
[ -z "$(find around/out -perm /7000)" ] || problem "set-id or sticky bits"
[ -z "$(find around/out -type f -links +1)" ] || problem "hard links"
sed -n 's/ -> 0$/.tar/p' codes.open | sort >opened
find around/out -mindepth 1 -maxdepth 1 -printf '%f\n' | sort | cmp -s - opened || problem "not what was opened is there"
chmod -R u+rwX around/out
rm -rf around/out
tree around >after
cmp -s before after || problem "outside: $(diff before after)"
[ "$(cat around/canary/file)" = canary ] || problem "the canary was written to"

# One that is refused alone leaves not even the folder that pli made for it.
refused=$(sed -n 's/ -> 17$/.tar.pli/p' codes.open | head -n 1)
run 17 pli open "${auth[@]}" -C around/out "sealed/$refused"
stdout_empty
absent around/out

last="verify of all"
pli verify --json "${auth[@]}" sealed/* >"$out" 2>"$err"
as_expected verify
cmp -s codes.open codes.verify || problem "verify and open do not agree: $(diff codes.open codes.verify | head -n 5)"
holds . after archives around before codes.open codes.verify opened sealed
echo "$count archives, $(grep -vc -e '-> 0$' codes.open) of them turned away"

#!/usr/bin/env bash
# doctor, verify of several envelopes, messages: -q, -v, --progress.
. "$(dirname "$0")/lib.sh"

content f 3000000
seal a.pli f p256
seal b.pli f p256
auth=(-k "$K/p256.both.pem")

# What verify finds is its report: on stdout, one or several; messages are not.
run 0 pli verify "${auth[@]}" a.pli
stdout_has 'verified a.pli: 3000000 bytes'
stdout_has '  authenticated (AuthEnvelopedData, aes-256-gcm), with the key of CN=test p256'
stdout_has '  committed: no'
stderr_empty
run 0 pli verify -v "${auth[@]}" a.pli
stdout_has 'tag of 128 bits'
stderr_empty
run 0 pli verify -q "${auth[@]}" a.pli b.pli
stdout_empty
stderr_empty
run 0 pli verify "${auth[@]}" a.pli b.pli
[ "$(grep -c '^verified ' "$out")" -eq 2 ] || problem "not two rows"
stdout_has '2 not committed'
stderr_empty
cp b.pli bad.pli
flip bad.pli -1
run 3 pli verify "${auth[@]}" a.pli bad.pli b.pli
stderr_has bad.pli
stdout_has '11 authentication'
stdout_has '1 of 3 failed'
run 11 pli verify "${auth[@]}" bad.pli bad.pli
# Digests are for sha256sum -c, and alone there.
run 0 pli verify --digests "${auth[@]}" a.pli
stdout_is "$(sha256sum <f | cut -d ' ' -f 1)  a
"
stderr_has 'verified a.pli'
run 0 pli open --no-sync "${auth[@]}" -o opened a.pli
stdout_empty
stderr_has authenticated
rm opened
run 16 pli verify "${auth[@]}" none.pli
stderr_has none.pli

run 0 pli doctor
stdout_has OpenSSL
stdout_has "$(pli --version | grep -o '[0-9][0-9.]*' | head -n 1)"

# Progress is for terminals, unless asked for.
run 0 pli open "${auth[@]}" -o x a.pli
if grep -q '%' "$err"; then
	problem "progress without a terminal"
fi
# progress_first: what is behind its last line is the report.
progress_first()
{
	sed '/100%/,$d' "$err" | grep -v '%' | grep . && problem "the report before the progress"
	grep -q '100%' "$err" || problem "no progress to its end"
}
run 0 pli open --progress always --no-sync "${auth[@]}" -o y a.pli
progress_first
run 0 pli open --progress always --no-sync "${auth[@]}" -C several a.pli b.pli
progress_first
# Not among JSON, which goes to stderr with -o -.
run 0 pli open --json --progress always "${auth[@]}" -o - a.pli
jq -es 'length == 2' <"$err" >/dev/null || problem "not JSON alone"
run 0 pli open -q --progress never "${auth[@]}" -o z a.pli
stderr_empty
stdout_empty

# One is one.
printf x >one
run 0 pli seal --raw --no-sync -r "$K/p256.pem" -o one.pli one
stderr_has "1 file, 1 byte of content"
run 0 pli verify "${auth[@]}" one.pli
grep -q ": 1 byte$" "$out" || problem "not 1 byte"
run 0 pli list "${auth[@]}" one.pli
grep -q "1 file, 1 byte$" "$err" || problem "not 1 byte"
run 0 pli inspect one.pli
grep -q "content     1 byte$" "$out" || problem "not 1 byte"

# The permissions of what comes out are the user's: the umask decides.
for mask in 022 027 077; do
	(umask "$mask" && run 0 pli seal --raw -r "$K/p256.pem" -o "mask$mask.pli" f &&
		run 0 pli open "${auth[@]}" -o "mask$mask" a.pli)
	[ "$(stat -c %a "mask$mask" "mask$mask.pli" | sort -u)" = "$(printf '%o' $((0666 & ~0$mask)))" ] ||
		problem "umask $mask: $(stat -c '%n %a' "mask$mask" "mask$mask.pli" | tr '\n' ' ')"
done

# Whose AES-GCM computes: named by an option or by the environment; what one sealed the other opens.
run 0 pli doctor --backend evp
grep -q 'back end *evp, segments' "$out" || problem "no back end evp"
run 2 pli seal --backend none --raw -r "$K/p256.pem" -o none.pli f
stderr_has 'no cipher back end "none"'
run 2 env PLI_BACKEND=none "$PLI" verify "${auth[@]}" a.pli
if pli doctor --backend gcrypt >"$out" 2>&1; then
	run 0 env PLI_BACKEND=gcrypt "$PLI" doctor
	grep -q 'back end *gcrypt, segments' "$out" || problem "no back end gcrypt"
	run 0 pli seal --backend gcrypt --raw -r "$K/p256.pem" -o g.pli f
	run 0 pli open --backend evp "${auth[@]}" -o g g.pli
	run 0 cmp f g
	run 0 pli open --backend gcrypt "${auth[@]}" -o h a.pli
	run 0 cmp f h
fi

# Nothing of the person in it, and no person needed.
run 0 env -u HOME "$PLI" doctor
if grep -q 'nssdb' "$out"; then
	problem "a store of nobody"
fi
run 0 env HOME=/nonexistent "$PLI" doctor --json
json '.[0] | .type == "doctor" and .self_test == "ok" and (.stores[] | select(.path == "/nonexistent/.gnupg") | .status) == "absent"'

# Few descriptors: fewer workers, and no failure; too few for one, and nothing is left behind.
deep=deep$(printf '/x%.0s' {1..30})
mkdir -p "$deep"
printf 'x\n' >"$deep/f"
run 0 pli seal --no-sync -q -r "$K/p256.pem" -o deep.pli deep
mkdir envelopes
for i in {1..200}; do
	cp deep.pli "envelopes/$i.pli"
done
# limited N COMMAND...: with so many descriptors, and without some that were inherited.
limited()
{
	(exec 3>&- 4>&- 5>&- && ulimit -n "$1" && "${@:2}")
}
run 0 limited 48 "$PLI" open --no-sync -q -j 256 "${auth[@]}" -C many envelopes/*.pli
number_in many 200
mkdir few
for n in {4..8}; do
	run 16 limited "$n" "$PLI" open --no-sync -q "${auth[@]}" -C few deep.pli
	number_in few 0
done

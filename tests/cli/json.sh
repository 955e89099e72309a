#!/usr/bin/env bash
# --json: one object a line, the fields of the contract, and a last line that says how it ended.
. "$(dirname "$0")/lib.sh"

content f 70000
sum=$(sha256sum f | cut -d ' ' -f 1)

# ended: every line is an object with a type, and the last one is the summary.
ended()
{
	json 'all(.[]; type == "object" and (.type | type == "string"))'
	json '.[-1].type == "summary" and .[-1].schema == 1'
	[ "$(wc -l <"$out")" -eq "$(jq -s length <"$out")" ] || problem "not one object a line"
}

run 0 pli seal --json --raw -r "$K/rsa3072.pem" -r "$K/p256.pem" -o bid.pli f
ended
size=$(stat -c %s bid.pli)
json "[.[] | select(.type == \"sealed\")] | length == 1 and .[0] == (.[0] + {
	output: \"bid.pli\", bytes: $size, content_bytes: 70000, files: 1,
	container: \"AuthEnvelopedData\", cipher: \"aes-256-gcm\", encoding: \"definite\",
	committed: \"no\"}) and (.[0].recipients | length == 2) and (.[0].warnings == [])"

piped=f run 0 pli seal --json -r "$K/p256.pem" -o - -
tail -n 1 "$err" | jq -e '.type == "summary"' >/dev/null || problem "no JSON summary on stderr"
cp "$out" stream.pli

for verb in open verify; do
	to=()
	[ "$verb" = verify ] || to=(-o x)
	run 0 pli "$verb" --json -k "$K/p256.both.pem" "${to[@]}" bid.pli
	ended
	json '.[-1].ok == 1 and .[-1].failed == 0'
	json '[.[] | select(.type == "opened")] | length == 1 and .[0] == (.[0] + {
		file: "bid.pli", authenticated: true, committed: "no",
		container: "AuthEnvelopedData", cipher: "aes-256-gcm"}) and
		(.[0].key.subject | contains("test p256")) and (.[0].key.serial | test("^[0-9a-f]+$"))
		and (.[0].files | type == "array")'
done
json "all(.[0].files[]; .bytes == 70000 and (.sha256 == null or .sha256 == \"$sum\"))"
same x f

run 0 pli open --json -k "$K/p256.both.pem" -o - bid.pli
same "$out" f
tail -n 1 "$err" | jq -e '.type == "summary" and .ok == 1' >/dev/null ||
	problem "no JSON summary on stderr"
run 13 pli open --json -k "$K/other.key" --cert "$K/other.pem" -o - bid.pli
stdout_empty
json_error 13

run 0 pli inspect --json bid.pli stream.pli
ended
json '[.[] | select(.type == "envelope")] | length == 2 and
	(.[0].file == "bid.pli") and (.[1].file == "stream.pli") and
	(.[0].encoding == "definite") and (.[1].encoding == "indefinite") and
	all(.[]; .container == "AuthEnvelopedData" and .cipher == "aes-256-gcm" and
		.tag_bits == 128 and .content_bytes == 70000 and .problems == [])'
json '.[0].recipients[0] | .type == "ktri" and .key_algorithm == "rsaOaep-sha256" and
	(.issuer | contains("test rsa3072")) and (.serial | test("^[0-9a-f]+$")) and .ski == null'
json '.[0].recipients[1] | .type == "kari" and .key_algorithm == "ecdh-sha256"'

# Several: one line each, a failed line for each that failed, and 3.
printf 'garbage' >garbage
run 3 pli verify --json -k "$K/p256.both.pem" bid.pli garbage stream.pli
ended
json '.[-1].ok == 2 and .[-1].failed == 1'
json '[.[] | select(.type == "failed")] | length == 1 and .[0].file == "garbage" and
	.[0].code == 10 and .[0].id == "malformed" and (.[0].message | length > 0)'
run 10 pli verify --json -k "$K/p256.both.pem" garbage garbage
ended
json '.[-1].ok == 0 and .[-1].failed == 2'
run 3 pli verify -k "$K/p256.both.pem" bid.pli garbage
stderr_has garbage
run 3 pli inspect --json garbage bid.pli
json '.[-1].type == "summary"'

# A warning is in the object, not in the way of it.
: >empty
run 0 pli seal --json --raw -r "$K/p256.pem" -o empty.pli empty
ended
json '.[0].warnings | length == 1'

# Names that are not UTF-8.
odd=$(printf 'odd\377name')
cp f "$odd"
run 0 pli seal --json --raw -r "$K/p256.pem" -o "$odd.pli" "$odd"
ended
run 0 pli inspect --json "$odd.pli"
ended
json '.[0].file == "odd\ufffdname.pli"'
hex=$(printf '%s' "$odd" | od -An -v -tx1 | tr -d ' \n')
run 0 pli open --json --no-sync -k "$K/p256.both.pem" -C "$odd.d" "$odd.pli"
ended
json ".[0] | .type == \"opened\" and .path_hex == \"${hex}2e706c69\" and .output_hex == \"${hex}2e642f$hex\" and
	.output == \"odd\ufffdname.d/odd\ufffdname\" and .files[0].path_hex == \"$hex\""
same "$odd.d/$odd" f
run 0 pli verify --json -k "$K/p256.both.pem" "$odd.pli" bid.pli
json ".[0].path_hex == \"${hex}2e706c69\" and .[0].output == null and (.[0] | has(\"output_hex\") | not) and
	(.[1] | has(\"path_hex\") | not)"

run 0 pli doctor --json
json '.[0].type == "doctor"'
json '.[0] | (.sqlite | test("^3[.]")) and (.libarchive | test("libarchive")) and (.legacy_provider | type == "boolean")'
OPENSSL_MODULES=$PWD run 0 pli doctor --json
json '.[0].legacy_provider == false'

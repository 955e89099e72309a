#!/usr/bin/env bash
# Keys, passphrases and content are found neither in memory that was freed nor, afterwards, anywhere in the process.
. "$(dirname "$0")/marks.sh"

: "${MARKS_LIBRARY:?}" "${KEEPER:?}"
if grep -q -e __asan_init -e __tsan_init "$PLI"; then
	not_here "a sanitizer's allocator and the search exclude each other"
fi

runs=0

# clean CODE ARGUMENTS...: pli leaves nothing.
clean()
{
	searched "$@"
	runs=$((runs + 1))
	! grep -E '^(freed|left) ' report >found || problem "found: $(sort found | uniq -c | head -n 10)"
}

# The search finds what a careless program leaves, and nothing where it took care.
head -c 48 f >secret
printf 'planted %s\n' "$(hex <secret)" >planted
for where in freed moved heap stack data thread wiped; do
	rm -f report
	LD_PRELOAD=$MARKS_LIBRARY MARKS=$PWD/planted REPORT=$PWD/report run 0 "$KEEPER" "$where" secret
	case $where in
	freed | moved) found='^freed planted ' ;;
	stack) found='^left planted stack' ;;
	*) found='^left planted ' ;;
	esac
	if [ "$where" = wiped ]; then
		! grep -q planted report || problem "found where it was wiped"
	else
		grep -q "$found" report || problem "not found: $where"
	fi
done

for kind in p256 rsa2048; do
	cert=(--cert "$K/$kind.pem")
	clean 0 seal --raw --no-sync -r "$K/$kind.pem" -o x f
	grep -q '^learned content' report || problem "no content key was seen"
	clean 0 seal -q --no-sync -r "$K/$kind.pem" -o x d
	clean 0 seal --raw -r "$K/$kind.pem" -o - f
	for form in key trad.pem pkcs8.der both.pem; do
		clean 0 open --no-sync -k "$K/$kind.$form" "${cert[@]}" -o x "$kind.pli"
		grep -q '^learned content' report || problem "no content key was seen"
	done
	for form in trad.enc.pem pkcs8.enc.pem pkcs8.enc.der p12; do
		clean 0 open --no-sync -k "$K/$kind.$form" "${cert[@]}" --passin "file:$K/passphrase" -o x "$kind.pli"
		clean 12 open --no-sync -k "$K/$kind.$form" "${cert[@]}" --passin "file:$K/wrong" -o x "$kind.pli"
		input=$K/passphrase clean 0 verify -k "$K/$kind.$form" "${cert[@]}" --passin stdin "$kind.pli"
	done
	clean 14 open --no-sync -k "$K/$kind.key" -o x "$kind.pli"
	clean 14 open --no-sync -k "$K/$kind.pkcs8.enc.pem" --passin "file:$K/passphrase" -o x "$kind.pli"
done
run 0 pli seal -q --profile cbc --raw --no-sync -r "$K/rsa2048.pem" -r "$K/p256.pem" -o old.pli f
clean 0 seal -q --profile cbc --raw --no-sync -r "$K/rsa2048.pem" -o x f
for kind in p256 rsa2048; do
	clean 0 open -q --no-sync --accept-unauthenticated --accept-legacy -k "$K/$kind.both.pem" -o x old.pli
done
auth=(-k "$K/p256.both.pem")
for backend in evp gcrypt; do
	pli seal --backend "$backend" --raw --no-sync -r "$K/p256.pem" -o x f >/dev/null 2>&1 || continue
	rm -f x
	clean 0 seal --backend "$backend" --raw --no-sync -r "$K/p256.pem" -o x f
	clean 0 open --backend "$backend" --no-sync "${auth[@]}" -o x p256.pli
done
clean 0 open -q --no-sync "${auth[@]}" -C x.d d.pli
clean 0 list --digests "${auth[@]}" d.pli
clean 0 list --json --digests "${auth[@]}" d.pli
clean 0 verify "${auth[@]}" d.pli
clean 0 open "${auth[@]}" -o - p256.pli
piped=p256.pli clean 0 open "${auth[@]}" -o - -
clean 11 open --no-sync "${auth[@]}" -o x bad.pli
clean 11 open "${auth[@]}" -o - bad.pli
clean 13 open --no-sync -k "$K/rsa2048.both.pem" -o x p256.pli
exec 7<"$K/passphrase"
clean 0 open --no-sync -k "$K/p256.p12" --passin fd:7 -o x p256.pli
exec 7<&-


# What is done with keys themselves.
register=(--register register --service service)
for kind in p256 rsa2048; do
	from=(--passin "file:$K/passphrase")
	clean 0 keys import "${register[@]}" --name "$kind" "$K/$kind.p12" "${from[@]}"
	clean 0 keys test "${register[@]}" -k "$K/$kind.p12" "${from[@]}" "$kind"
	clean 0 keys convert "${from[@]}" --passout file:new "$K/$kind.p12" "$kind.1.p12"
	clean 0 keys convert --cert "$K/$kind.pem" --passout file:new "$K/$kind.trad.pem" "$kind.2.p12"
	clean 12 keys convert --passin "file:$K/wrong" --passout file:new "$K/$kind.p12" "$kind.3.p12"
done
clean 0 keys generate --name name --p12 name.p12 --cert-out name.pem --passout file:new

# A host that has libcrypto wipe what it frees leaves nothing. In one that has not, all that is found was freed by libcrypto
# itself; and something is, or this would see nothing.
for form in key pkcs8.enc.pem p12; do
	for kind in p256 rsa2048; do
		for how in wiping plain; do
			rm -f report
			LD_PRELOAD=$MARKS_LIBRARY MARKS=$PWD/marks REPORT=$PWD/report \
				run 0 "$KEEPER" "$how" "$K/$kind.$form" "$K/passphrase" "$K/$kind.pem" "$kind.pli"
			runs=$((runs + 1))
			if [ "$how" = wiping ]; then
				! grep -E '^(freed|left) ' report >found || problem "found: $(head -n 5 found)"
				continue
			fi
			grep -q "^freed .* by libcrypto" report || problem "nothing found of what libcrypto frees"
			! grep '^freed ' report | grep -v ' by libcrypto' >found || problem "freed by us: $(head -n 5 found)"
			! grep '^left ' report | grep -v ' \[heap\] ' >found || problem "left: $(head -n 5 found)"
			grep '^freed ' report | cut -d ' ' -f 2 >>libcrypto
		done
	done
done
echo "$runs runs, nothing of $(cut -d ' ' -f 1 marks | wc -l) secrets and the content keys left;" \
	"without pli_wipe_freed libcrypto leaves: $(sort -u libcrypto | tr '\n' ' ')"

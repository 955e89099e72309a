#!/usr/bin/env bash
# What is too large is refused at once, before anything is written.
. "$(dirname "$0")/lib.sh"

truncate -s 65G sparse || skip "no sparse file of 65 GiB can be made here"
start=$SECONDS
refuse 17 seal --raw -r "$K/p256.pem" -o x.pli sparse
stderr_has 68719476704
stderr_has 'hint: seal it in several'
run 17 pli seal --raw -r "$K/p256.pem" -o - sparse
stdout_empty
truncate -s $(((1 << 36) - 31)) sparse
refuse 17 seal --raw -r "$K/p256.pem" -o x.pli sparse
input=sparse refuse 17 seal -r "$K/p256.pem" -o x.pli -
refuse 17 seal -r "$K/p256.pem" -o x.pli sparse
stderr_has 'hint: seal it in several'
[ $((SECONDS - start)) -lt 10 ] || problem "took $((SECONDS - start)) seconds"
only sparse

# Limits that can be raised are named, at both ends.
mkdir folder
printf 'one\n' >folder/one
printf 'two\n' >folder/two
run 0 pli seal --no-sync -r "$K/p256.pem" -o bid.pli folder
for limit in --max-size --max-files; do
	refuse 17 seal -r "$K/p256.pem" "$limit" 2 -o x.pli folder
	stderr_has "hint: allow more with $limit"
	refuse 17 verify -k "$K/p256.both.pem" "$limit" 2 bid.pli
	stderr_has "hint: allow more with $limit"
done

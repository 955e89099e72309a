#!/usr/bin/env bash
# What is too large is refused at once, before anything is written.
. "$(dirname "$0")/lib.sh"

truncate -s 65G sparse || skip "no sparse file of 65 GiB can be made here"
start=$SECONDS
refuse 17 seal --raw -r "$K/p256.pem" -o x.pli sparse
stderr_has 68719476704
run 17 pli seal --raw -r "$K/p256.pem" -o - sparse
stdout_empty
truncate -s $(((1 << 36) - 31)) sparse
refuse 17 seal --raw -r "$K/p256.pem" -o x.pli sparse
input=sparse refuse 17 seal -r "$K/p256.pem" -o x.pli -
[ $((SECONDS - start)) -lt 10 ] || problem "took $((SECONDS - start)) seconds"
only sparse

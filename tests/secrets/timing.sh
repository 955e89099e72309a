#!/usr/bin/env bash
# No branch and no address of the engine's own code depends on what is secret: see undefined.c.
. "$(dirname "$0")/../cli/lib.sh"

if [ ! -x "${UNDEFINED-}" ] || ! command -v valgrind >/dev/null; then
	lacking "valgrind, with its headers (package valgrind)"
fi

# valgrind takes what libcrypto's AVX code for GCM computes for undefined: AVX and MOVBE are hidden from libcrypto.
OPENSSL_ia32cap=~0x1040000000000000 run 0 valgrind --log-file=log --error-limit=no "$UNDEFINED"

# KIND FUNCTION for each report of code that is not a library's, nor the C library's called by one.
awk '
	/Conditional jump/ { kind = "branch" }
	/Use of uninit/ { kind = "address" }
	/Syscall param/ { kind = "call" }
	/^==[0-9]+== +(at|by) 0x/ && kind != "" {
		if (/\(in .*(vgpreload|libc\.so)/) next
		if (!/\(in /) print kind, $4
		kind = ""
	}' log | LC_ALL=C sort -u >found

# What everybody learns: whether H is zero, which it is for one key of 2^128. And what the program has to find.
cat >expected <<TXT
address control
branch control
branch gcm_new
TXT
diff expected found || problem "secrets decide a branch or an address: $(grep -A 8 -e Conditional -e 'Use of' log | head -n 60)"

/*
 * backend_gcrypt.c - libgcrypt's AES-GCM, which has kernels for VAES where libcrypto 3.0 has none, and gives tags in both
 * directions. One cipher handle per worker.
 *
 * libgcrypt has one state per process, which may belong to the host program: it is only initialised where nobody has done
 * that, and nothing about its secure memory is touched. In its FIPS mode it takes no IVs of the caller's; then the
 * self-test fails and libcrypto does the work.
 */
#include <gcrypt.h>
#include <sched.h>
#include <stdatomic.h>

#include "backend.h"

struct handle {
	gcry_cipher_hd_t cipher;
	bool sealing;
};

/* gcry_check_version does not expect to be called by two threads at once; contexts may be made by several. */
static bool
gcrypt_ready(void)
{
	static atomic_flag busy = ATOMIC_FLAG_INIT;
	bool ok;

	while (atomic_flag_test_and_set(&busy))
		(void)sched_yield();
	ok = gcry_control(GCRYCTL_INITIALIZATION_FINISHED_P) != 0 || gcry_check_version(NULL) != NULL;
	atomic_flag_clear(&busy);
	return ok;
}

static bool
gcrypt_init(void *handle, const struct pli *pli, struct view key, bool sealing)
{
	int algo = key.len == 16 ? GCRY_CIPHER_AES128 : key.len == 24 ? GCRY_CIPHER_AES192 : GCRY_CIPHER_AES256;
	struct handle *h = handle;

	(void)pli;
	h->sealing = sealing;
	return gcry_cipher_open(&h->cipher, algo, GCRY_CIPHER_MODE_GCM, 0) == 0 &&
	       gcry_cipher_setkey(h->cipher, key.p, key.len) == 0;
}

static void
gcrypt_clear(void *handle)
{
	struct handle *h = handle;

	gcry_cipher_close(h->cipher); /* which wipes it; NULL is fine */
	h->cipher = NULL;
}

/* To libgcrypt, in place is an input of NULL. */
static bool
gcrypt_segment(void *handle, const uint8_t iv[16], const uint8_t *in, uint8_t *out, size_t len, uint8_t tag[16])
{
	struct handle *h = handle;
	const uint8_t *from = in == out ? NULL : in;
	size_t from_len = in == out ? 0 : len;
	gcry_error_t e;

	if (gcry_cipher_setiv(h->cipher, iv, 16) != 0 || gcry_cipher_final(h->cipher) != 0)
		return false;
	e = h->sealing ? gcry_cipher_encrypt(h->cipher, out, len, from, from_len)
		       : gcry_cipher_decrypt(h->cipher, out, len, from, from_len);
	return e == 0 && gcry_cipher_gettag(h->cipher, tag, 16) == 0;
}

static bool
gcrypt_hash(void *handle, const uint8_t *in, size_t len, uint8_t tag[16])
{
	static const uint8_t zero[12];
	struct handle *h = handle;

	return gcry_cipher_setiv(h->cipher, zero, sizeof(zero)) == 0 &&
	       gcry_cipher_authenticate(h->cipher, in, len) == 0 && gcry_cipher_gettag(h->cipher, tag, 16) == 0;
}

const struct backend backend_gcrypt = { "gcrypt", "libgcrypt", gcrypt_ready, sizeof(struct handle), gcrypt_init,
	gcrypt_segment, gcrypt_hash, gcrypt_clear };

/*
 * context.c - a private library context, and everything fetched from it once. How GCM segments are computed is chosen by
 * known answers (backend.c): what EVP does when a context changes direction is observed, not promised.
 */
#include "context.h"

#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/rand.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "backend.h"
#include "cpus.h"
#include "kem.h"

static bool
fetch_aes(struct pli *pli, struct context_aes *aes, const char *gcm, const char *ctr, const char *ecb, const char *cbc)
{
	aes->gcm = EVP_CIPHER_fetch(pli->lib, gcm, NULL);
	aes->ctr = EVP_CIPHER_fetch(pli->lib, ctr, NULL);
	aes->ecb = EVP_CIPHER_fetch(pli->lib, ecb, NULL);
	aes->cbc = EVP_CIPHER_fetch(pli->lib, cbc, NULL);
	return aes->gcm != NULL && aes->ctr != NULL && aes->ecb != NULL && aes->cbc != NULL;
}

static void
free_aes(struct context_aes *aes)
{
	EVP_CIPHER_free(aes->gcm);
	EVP_CIPHER_free(aes->ctr);
	EVP_CIPHER_free(aes->ecb);
	EVP_CIPHER_free(aes->cbc);
}

enum pli_status
pli_new(struct pli **out, struct pli_error *err)
{
	return pli_new_with(out, NULL, err);
}

enum pli_status
pli_new_with(struct pli **out, const char *backend, struct pli_error *err)
{
	enum pli_status rc;
	struct pli *pli;

	*out = NULL;
	if ((pli = calloc(1, sizeof(*pli))) == NULL)
		return fail_memory(err);
	if ((pli->lib = OSSL_LIB_CTX_new()) == NULL ||
	    !fetch_aes(pli, &pli->aes128, "AES-128-GCM", "AES-128-CTR", "AES-128-ECB", "AES-128-CBC") ||
	    !fetch_aes(pli, &pli->aes192, "AES-192-GCM", "AES-192-CTR", "AES-192-ECB", "AES-192-CBC") ||
	    !fetch_aes(pli, &pli->aes256, "AES-256-GCM", "AES-256-CTR", "AES-256-ECB", "AES-256-CBC") ||
	    (pli->wrap = EVP_CIPHER_fetch(pli->lib, "AES-256-WRAP", NULL)) == NULL ||
	    (pli->sha256 = EVP_MD_fetch(pli->lib, "SHA256", NULL)) == NULL)
		rc = context_fail(err, PLI_ERR, "libcrypto does not offer what pli needs");
	else
		rc = backend_choose(pli, backend, err);
	if (rc != PLI_OK) {
		pli_free(pli);
		return rc;
	}
	pli->des3 = EVP_CIPHER_fetch(pli->lib, "DES-EDE3-CBC", NULL);
	context_forget();
	*out = pli;
	return PLI_OK;
}

void
pli_free(struct pli *pli)
{
	if (pli == NULL)
		return;
	free_aes(&pli->aes128);
	free_aes(&pli->aes192);
	free_aes(&pli->aes256);
	EVP_CIPHER_free(pli->des3);
	EVP_CIPHER_free(pli->wrap);
	EVP_MD_free(pli->sha256);
	free(pli->fastest);
	if (pli->lib != NULL) {
		OPENSSL_thread_stop_ex(pli->lib);
		OSSL_LIB_CTX_free(pli->lib);
	}
	context_forget();
	free(pli);
}

void
pli_thread_stop(struct pli *pli)
{
	OPENSSL_thread_stop_ex(pli->lib);
}

void
pli_describe(const struct pli *pli, struct pli_build *out)
{
	static const char *const paths[] = { "segments", "ctr+hash", "serial" };

	out->version = PLI_VERSION;
	out->libcrypto = OpenSSL_version(OPENSSL_VERSION);
	out->backend = backend_for(pli, UINT64_MAX)->name;
	out->gcm = paths[pli->gcm_path];
	out->cpus = cpus_count();
	out->kem = kem_available();
}

const struct context_aes *
context_aes(const struct pli *pli, size_t key_len)
{
	return key_len == 16 ? &pli->aes128 : key_len == 24 ? &pli->aes192 : &pli->aes256;
}

EVP_CIPHER_CTX *
context_keyed(const EVP_CIPHER *cipher, struct view key, int iv_len, bool encrypts)
{
	EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();

	if (ctx == NULL)
		return NULL;
	if (EVP_CipherInit_ex(ctx, cipher, NULL, NULL, NULL, encrypts) != 1 ||
	    (iv_len > 0 && EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_AEAD_SET_IVLEN, iv_len, NULL) != 1) ||
	    EVP_CipherInit_ex(ctx, NULL, NULL, key.p, NULL, encrypts) != 1 || EVP_CIPHER_CTX_set_padding(ctx, 0) != 1) {
		EVP_CIPHER_CTX_free(ctx);
		return NULL;
	}
	return ctx;
}

enum pli_status
context_random(struct pli *pli, uint8_t *out, size_t len, struct pli_error *err)
{
	if (RAND_priv_bytes_ex(pli->lib, out, len, 256) != 1)
		return context_fail(err, PLI_ERR, "no random bytes");
	return PLI_OK;
}

void
context_forget(void)
{
	ERR_clear_error();
}

bool
context_out_of_memory(void)
{
	unsigned long e;
	bool out = false;

	while ((e = ERR_get_error()) != 0)
		out = out || ERR_GET_REASON(e) == ERR_R_MALLOC_FAILURE;
	return out;
}

enum pli_status
context_fail(struct pli_error *err, enum pli_status status, const char *format, ...)
{
	char what[512];
	const char *reason = ERR_reason_error_string(ERR_peek_last_error());
	va_list ap;

	if (context_out_of_memory())
		return fail_memory(err);
	va_start(ap, format);
	(void)vsnprintf(what, sizeof(what), format, ap);
	va_end(ap);
	fail_trim(what);
	context_forget();
	return reason == NULL ? fail(err, status, "%s", what) : fail(err, status, "%s (libcrypto: %s)", what, reason);
}

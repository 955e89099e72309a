/* The context: made, described, shared and freed; random bytes; and that libcrypto's errors stay where they belong. */
#include "context.h"
#include "cpus.h"
#include "gcm.h"
#include "suite.h"

#include <openssl/err.h>
#include <string.h>

static void
life(void)
{
	struct pli_error err = { 0 };
	struct pli *one, *two;
	struct pli_build build;

	check_ok(pli_new(&one, &err), err);
	check_ok(pli_new(&two, &err), err);
	pli_describe(one, &build);
	check(strcmp(build.version, PLI_VERSION) == 0);
	check(strcmp(build.backend, "evp") == 0 || strcmp(build.backend, "gcrypt") == 0);
	check(strncmp(build.libcrypto, "OpenSSL ", 8) == 0);
	/* the linked libcrypto is one for which the fastest way works */
	check(strcmp(build.gcm, "segments") == 0 && one->gcm_path == GCM_SEGMENTS);
	check(build.cpus == cpus_count() && build.cpus >= 1);
	one->gcm_path = GCM_CTR_HASH;
	pli_describe(one, &build);
	check(strcmp(build.gcm, "ctr+hash") == 0);
	one->gcm_path = GCM_SERIAL;
	pli_describe(one, &build);
	check(strcmp(build.gcm, "serial") == 0);
	pli_thread_stop(one);
	pli_free(one);
	check(gcm_self_test(two));
	pli_free(two);
	pli_free(NULL);
	check(ERR_peek_error() == 0);
}

static void
ciphers_by_key_length(void)
{
	const struct pli *pli = support_pli();

	check(EVP_CIPHER_get_key_length(context_aes(pli, 16)->gcm) == 16);
	check(EVP_CIPHER_get_key_length(context_aes(pli, 24)->ctr) == 24);
	check(EVP_CIPHER_get_key_length(context_aes(pli, 32)->ecb) == 32);
	check(EVP_CIPHER_get_mode(context_aes(pli, 16)->gcm) == EVP_CIPH_GCM_MODE);
	check(EVP_CIPHER_get_mode(context_aes(pli, 24)->ctr) == EVP_CIPH_CTR_MODE);
	check(EVP_CIPHER_get_mode(context_aes(pli, 32)->ecb) == EVP_CIPH_ECB_MODE);
}

static void
random_bytes(void)
{
	uint8_t a[32] = { 0 }, b[32] = { 0 }, guard[40] = { 0 };
	size_t i;

	check(context_random(support_pli(), a, sizeof(a), NULL) == PLI_OK);
	check(context_random(support_pli(), b, sizeof(b), NULL) == PLI_OK);
	check(memcmp(a, b, sizeof(a)) != 0);
	check(context_random(support_pli(), guard, 32, NULL) == PLI_OK);
	for (i = 32; i < 40; i++)
		check(guard[i] == 0);
}

static void
errors_of_libcrypto(void)
{
	struct pli_error err = { 0 };

	ERR_raise(ERR_LIB_PEM, 100);
	ERR_raise(ERR_LIB_EVP, ERR_R_INTERNAL_ERROR);
	check(context_fail(&err, PLI_ERR_CERTIFICATE, "about %s", "x") == PLI_ERR_CERTIFICATE);
	check(strncmp(err.message, "about x (libcrypto: ", 20) == 0 && strstr(err.message, "internal error") != NULL);
	check(ERR_peek_error() == 0);
	/* memory that was short is not taken for anything else */
	pli_error_clear(&err);
	ERR_raise(ERR_LIB_EVP, ERR_R_MALLOC_FAILURE);
	ERR_raise(ERR_LIB_EVP, ERR_R_INTERNAL_ERROR);
	check(context_fail(&err, PLI_ERR_CERTIFICATE, "about x") == PLI_ERR);
	check(strcmp(err.message, "out of memory") == 0 && ERR_peek_error() == 0);
	ERR_raise(ERR_LIB_EVP, ERR_R_INTERNAL_ERROR);
	check(!context_out_of_memory() && ERR_peek_error() == 0);
	/* nothing to add */
	pli_error_clear(&err);
	check(context_fail(&err, PLI_ERR, "about %d", 5) == PLI_ERR && strcmp(err.message, "about 5") == 0);
	ERR_raise(ERR_LIB_PEM, 100);
	context_forget();
	check(ERR_peek_error() == 0);
}

#define TESTS(T, S) T(S, life) T(S, ciphers_by_key_length) T(S, random_bytes) T(S, errors_of_libcrypto)
SUITE(context, TESTS)

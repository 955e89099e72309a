/*
 * quick_keys.c - files of keys that ask for few rounds of work for their passphrase: a quarter of a second for each file, in each
 * of thousands of runs, would be spent on what cannot fail. In the program, or preloaded, these are what pli calls to protect a
 * file; its own number of rounds is looked at by the tests that do without this.
 */
#include <dlfcn.h>
#include <openssl/pkcs12.h>
#include <stdlib.h>

#define ROUNDS 100

/* The function of libcrypto, as a pointer of its type. */
#define REAL(name) ((__typeof__(&name))real(#name))

static void *
real(const char *name)
{
	void *symbol = dlsym(RTLD_NEXT, name);

	if (symbol == NULL)
		abort();
	return symbol;
}

PKCS12_SAFEBAG *
PKCS12_SAFEBAG_create_pkcs8_encrypt_ex(int pbe, const char *pass, int pass_len, unsigned char *salt, int salt_len,
    int rounds, PKCS8_PRIV_KEY_INFO *info, OSSL_LIB_CTX *lib, const char *properties)
{
	(void)rounds;
	return REAL(PKCS12_SAFEBAG_create_pkcs8_encrypt_ex)(
	    pbe, pass, pass_len, salt, salt_len, ROUNDS, info, lib, properties);
}

PKCS7 *
PKCS12_pack_p7encdata_ex(int pbe, const char *pass, int pass_len, unsigned char *salt, int salt_len, int rounds,
    STACK_OF(PKCS12_SAFEBAG) * bags, OSSL_LIB_CTX *lib, const char *properties)
{
	(void)rounds;
	return REAL(PKCS12_pack_p7encdata_ex)(pbe, pass, pass_len, salt, salt_len, ROUNDS, bags, lib, properties);
}

int
PKCS12_set_mac(
    PKCS12 *p12, const char *pass, int pass_len, unsigned char *salt, int salt_len, int rounds, const EVP_MD *md)
{
	(void)rounds;
	return REAL(PKCS12_set_mac)(p12, pass, pass_len, salt, salt_len, ROUNDS, md);
}

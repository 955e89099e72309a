/*
 * bench_setup.c - keys as an administrator's tool would make them, with libcrypto's own calls. Pages are touched before
 * they are measured, so that every row finds its memory mapped.
 */
#include "bench_setup.h"

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#define CERTS_MAX 100
#define ROOM ((size_t)1 << 20)

const char *const bench_setup_backends[] = { "evp", "gcrypt", NULL };

/* What hangs on one context. The first is the one that nobody chose a back end for. */
struct slot {
	struct pli *pli;
	struct pli_certs *certs[CERTS_MAX + 1]; /* by count */
	struct pli_key *key;
};

static struct slot slots[1 + sizeof(bench_setup_backends) / sizeof(*bench_setup_backends)];
static struct slot *used = &slots[0];

static struct {
	char *cert_pem[CERTS_MAX];
	char *key_pem; /* of the first */
	uint8_t *memory[BENCH_SETUP_BUFFERS];
	size_t touched[BENCH_SETUP_BUFFERS];
	/* what the sealed buffer holds */
	size_t sealed_from, sealed;
	enum pli_profile profile;
} made;

static _Noreturn void
give_up(const char *what)
{
	(void)fprintf(stderr, "bench: %s\n", what);
	exit(1);
}

struct pli *
bench_setup_pli(void)
{
	struct pli_error err = { 0 };

	if (used->pli == NULL && pli_new_with(&used->pli, getenv("PLI_BACKEND"), &err) != PLI_OK)
		give_up(err.message);
	return used->pli;
}

bool
bench_setup_use(const char *backend)
{
	struct pli_error err = { 0 };
	struct slot *slot = &slots[0];
	size_t i;

	for (i = 0; backend != NULL && bench_setup_backends[i] != NULL; i++)
		if (strcmp(backend, bench_setup_backends[i]) == 0)
			slot = &slots[i + 1];
	if (slot != &slots[0] && slot->pli == NULL && pli_new_with(&slot->pli, backend, &err) != PLI_OK)
		return false;
	used = slot;
	return true;
}

static char *
text_of(BIO *bio)
{
	char *data, *text;
	long len = BIO_get_mem_data(bio, &data);

	if ((text = strndup(data, (size_t)len)) == NULL)
		give_up("out of memory");
	BIO_free(bio);
	return text;
}

static void
make_cert(size_t i)
{
	BIO *cert = BIO_new(BIO_s_mem()), *key = BIO_new(BIO_s_mem());
	EVP_PKEY *pkey = EVP_PKEY_Q_keygen(NULL, NULL, "EC", "P-256");
	X509 *x = X509_new();
	char cn[32];

	if (cert == NULL || key == NULL || pkey == NULL || x == NULL)
		give_up("cannot make a key");
	(void)snprintf(cn, sizeof(cn), "benchmark key %zu", i + 1);
	X509_set_version(x, 2);
	ASN1_INTEGER_set(X509_get_serialNumber(x), 1000 + (long)i);
	X509_gmtime_adj(X509_getm_notBefore(x), -3600);
	X509_gmtime_adj(X509_getm_notAfter(x), 365L * 86400);
	X509_NAME_add_entry_by_txt(X509_get_subject_name(x), "CN", MBSTRING_UTF8, (const unsigned char *)cn, -1, -1, 0);
	X509_set_issuer_name(x, X509_get_subject_name(x));
	X509_set_pubkey(x, pkey);
	if (X509_sign(x, pkey, EVP_sha256()) <= 0 || PEM_write_bio_X509(cert, x) != 1 ||
	    PEM_write_bio_PrivateKey(key, pkey, NULL, NULL, 0, NULL, NULL) != 1)
		give_up("cannot make a certificate");
	X509_free(x);
	EVP_PKEY_free(pkey);
	made.cert_pem[i] = text_of(cert);
	if (i == 0)
		made.key_pem = text_of(key);
	else
		BIO_free(key);
}

const struct pli_certs *
bench_setup_certs(size_t count)
{
	struct pli_error err = { 0 };
	struct pli_certs *certs;
	size_t i;

	if (count == 0 || count > CERTS_MAX)
		give_up("1 to 100 certificates");
	if (used->certs[count] != NULL)
		return used->certs[count];
	if (pli_certs_new(&certs, bench_setup_pli(), &err) != PLI_OK)
		give_up(err.message);
	for (i = 0; i < count; i++) {
		if (made.cert_pem[i] == NULL)
			make_cert(i);
		if (pli_certs_add(certs, made.cert_pem[i], strlen(made.cert_pem[i]), "a certificate", &err) != PLI_OK)
			give_up(err.message);
	}
	used->certs[count] = certs;
	return certs;
}

const struct pli_key *
bench_setup_key(void)
{
	const struct pli_certs *certs = bench_setup_certs(1);
	struct pli_error err = { 0 };

	if (used->key == NULL && pli_key_new(&used->key, bench_setup_pli(), made.key_pem, strlen(made.key_pem), "a key",
				     certs, NULL, NULL, &err) != PLI_OK)
		give_up(err.message);
	return used->key;
}

size_t
bench_setup_cap(void)
{
	return BENCH_SETUP_MAX + ROOM;
}

/* What the kernel thinks can be used without swapping; SIZE_MAX where it does not say. */
static size_t
memory_left(void)
{
	FILE *f = fopen("/proc/meminfo", "re");
	unsigned long long kib = 0;
	char line[128];
	bool known = false;

	while (f != NULL && !known && fgets(line, sizeof(line), f) != NULL)
		known = sscanf(line, "MemAvailable: %llu", &kib) == 1;
	if (f != NULL)
		(void)fclose(f);
	return known ? (size_t)kib << 10 : SIZE_MAX;
}

bool
bench_setup_fits(struct bench *b, size_t size)
{
	size_t i, touched = 0;

	/* Small rows run everywhere; asking each time would be most of their time. */
	if (size <= (size_t)16 << 20)
		return true;
	for (i = 0; i < BENCH_SETUP_BUFFERS; i++)
		touched += made.touched[i];
	if (7 * size < memory_left() + touched)
		return true;
	bench_skip(b, "not enough memory");
	return false;
}

/* xorshift: quick, and nothing that a memory system could be clever about. */
static void
fill(uint8_t *p, size_t from, size_t to)
{
	uint64_t x = UINT64_C(0x9e3779b97f4a7c15) + from;
	size_t i;

	for (i = from; i + 8 <= to; i += 8) {
		x ^= x << 13;
		x ^= x >> 7;
		x ^= x << 17;
		memcpy(p + i, &x, 8);
	}
}

uint8_t *
bench_setup_memory(enum bench_setup_buffer which, size_t size)
{
	size_t want = size + ROOM;
	void *p;

	if (size > BENCH_SETUP_MAX)
		give_up("too much memory asked for");
	if (made.memory[which] == NULL) {
		p = mmap(NULL, bench_setup_cap(), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
		if (p == MAP_FAILED)
			give_up("out of memory");
		made.memory[which] = p;
	}
	if (want > made.touched[which]) {
		fill(made.memory[which], made.touched[which], want);
		made.touched[which] = want;
		/* Seal again: filling a buffer that holds an envelope could have changed it. */
		made.sealed_from = made.sealed = 0;
	}
	return made.memory[which];
}

size_t
bench_setup_seal(size_t size, enum pli_profile profile)
{
	struct pli_seal_options options = PLI_SEAL_DEFAULTS;
	uint8_t *plain = bench_setup_memory(BENCH_SETUP_PLAIN, size);
	uint8_t *sealed = bench_setup_memory(BENCH_SETUP_SEALED, size);
	struct pli_input in = pli_input_memory(plain, size, "the content");
	struct pli_output out = pli_output_memory(sealed, bench_setup_cap(), "the envelope");
	struct pli_sealed result;
	struct pli_error err = { 0 };

	options.profile = profile;
	if (made.sealed > 0 && made.sealed_from == size && made.profile == profile)
		return made.sealed;
	if (pli_seal(bench_setup_pli(), bench_setup_certs(1), &in, &out, &options, &result, &err) != PLI_OK)
		give_up(err.message);
	made.sealed_from = size;
	made.profile = profile;
	made.sealed = (size_t)result.bytes;
	return made.sealed;
}

void
bench_setup_spoilt(void)
{
	made.sealed = 0;
}

/* support.c - keys are made with libcrypto's own calls, as an administrator's tool would make them. */
#include "support.h"

#include <dirent.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static _Noreturn void
give_up(const char *what)
{
	(void)fprintf(stderr, "support: %s\n", what);
	exit(99);
}

/* What is made once; freed at the end, so that leak checkers have nothing to say. */
static struct pli *context;
static struct {
	char *cert, *key;
	struct pli_key *loaded;
} made[SUPPORT_KINDS];
static char folder[128];

static void
clean_up(void)
{
	char path[512];
	const struct dirent *e;
	DIR *dir;
	int i;

	for (i = 0; i < SUPPORT_KINDS; i++) {
		pli_key_free(made[i].loaded);
		free(made[i].cert);
		free(made[i].key);
	}
	pli_free(context);
	if (folder[0] == '\0' || (dir = opendir(folder)) == NULL)
		return;
	while ((e = readdir(dir)) != NULL) {
		(void)snprintf(path, sizeof(path), "%s/%s", folder, e->d_name);
		(void)unlink(path);
	}
	(void)closedir(dir);
	(void)rmdir(folder);
}

static void
clean_up_once(void)
{
	static bool registered;

	if (!registered && atexit(clean_up) == 0)
		registered = true;
}

struct pli *
support_pli(void)
{
	struct pli_error err = { 0 };

	clean_up_once();
	if (context == NULL && pli_new_with(&context, getenv("PLI_BACKEND"), &err) != PLI_OK)
		give_up(err.message);
	return context;
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

static EVP_PKEY *
new_key(enum support_kind kind)
{
	static const char *const curves[] = {
		[SUPPORT_P256] = "P-256", [SUPPORT_P384] = "P-384", [SUPPORT_P521] = "P-521"
	};

	if (kind == SUPPORT_RSA2048 || kind == SUPPORT_RSA3072)
		return EVP_PKEY_Q_keygen(NULL, NULL, "RSA", (size_t)(kind == SUPPORT_RSA2048 ? 2048 : 3072));
	return EVP_PKEY_Q_keygen(NULL, NULL, "EC", curves[kind]);
}

static void
make(enum support_kind kind)
{
	static const char *const names[] = { "test key RSA-2048", "test key RSA-3072", "test key P-256",
		"test key P-384", "test key P-521" };
	BIO *cert = BIO_new(BIO_s_mem()), *key = BIO_new(BIO_s_mem());
	EVP_PKEY *pkey = new_key(kind);
	X509 *x = X509_new();
	X509V3_CTX ctx;
	X509_EXTENSION *ski;

	if (cert == NULL || key == NULL || pkey == NULL || x == NULL)
		give_up("cannot make a test key");
	X509_set_version(x, 2);
	ASN1_INTEGER_set(X509_get_serialNumber(x), 1000 + kind);
	X509_gmtime_adj(X509_getm_notBefore(x), -3600);
	X509_gmtime_adj(X509_getm_notAfter(x), 365L * 86400);
	X509_NAME_add_entry_by_txt(
	    X509_get_subject_name(x), "CN", MBSTRING_UTF8, (const unsigned char *)names[kind], -1, -1, 0);
	X509_set_issuer_name(x, X509_get_subject_name(x));
	X509_set_pubkey(x, pkey);
	X509V3_set_ctx(&ctx, x, x, NULL, NULL, 0);
	if ((ski = X509V3_EXT_conf_nid(NULL, &ctx, NID_subject_key_identifier, "hash")) == NULL ||
	    X509_add_ext(x, ski, -1) != 1 || X509_sign(x, pkey, EVP_sha256()) <= 0 ||
	    PEM_write_bio_X509(cert, x) != 1 || PEM_write_bio_PrivateKey(key, pkey, NULL, NULL, 0, NULL, NULL) != 1)
		give_up("cannot make a test certificate");
	X509_EXTENSION_free(ski);
	X509_free(x);
	EVP_PKEY_free(pkey);
	clean_up_once();
	made[kind].cert = text_of(cert);
	made[kind].key = text_of(key);
}

const char *
support_cert_pem(enum support_kind kind)
{
	if (made[kind].cert == NULL)
		make(kind);
	return made[kind].cert;
}

const char *
support_key_pem(enum support_kind kind)
{
	if (made[kind].key == NULL)
		make(kind);
	return made[kind].key;
}

struct pli_certs *
support_certs(const enum support_kind *kinds, size_t count)
{
	struct pli_error err = { 0 };
	struct pli_certs *certs;
	const char *pem;
	size_t i;

	if (pli_certs_new(&certs, support_pli(), &err) != PLI_OK)
		give_up(err.message);
	for (i = 0; i < count; i++) {
		pem = support_cert_pem(kinds[i]);
		if (pli_certs_add(certs, pem, strlen(pem), "test certificate", &err) != PLI_OK)
			give_up(err.message);
	}
	return certs;
}

const struct pli_key *
support_key(enum support_kind kind)
{
	struct pli_error err = { 0 };
	struct pli_certs *certs;
	const char *pem;

	if (made[kind].loaded != NULL)
		return made[kind].loaded;
	certs = support_certs(&kind, 1);
	pem = support_key_pem(kind);
	if (pli_key_new(&made[kind].loaded, support_pli(), pem, strlen(pem), "test key", certs, NULL, NULL, &err) !=
	    PLI_OK)
		give_up(err.message);
	pli_certs_free(certs);
	return made[kind].loaded;
}

void
support_bytes(uint8_t *p, size_t len, uint32_t seed)
{
	uint32_t x = seed * 2654435761u + 1;
	size_t i;

	for (i = 0; i < len; i++) {
		x ^= x << 13;
		x ^= x >> 17;
		x ^= x << 5;
		p[i] = (uint8_t)x;
	}
}

const char *
support_place(void)
{
	const char *place = getenv("TMPDIR");

	return place != NULL && *place == '/' ? place : "/tmp";
}

const char *
support_path(const char *name)
{
	static char paths[4][256];
	static unsigned next;
	char *path = paths[next++ % 4];

	if (folder[0] == '\0') {
		if ((size_t)snprintf(folder, sizeof(folder), "%s/pli-test-XXXXXX", support_place()) >= sizeof(folder))
			give_up("the path in TMPDIR is too long");
		if (mkdtemp(folder) == NULL)
			give_up("cannot make a folder");
		clean_up_once();
	}
	(void)snprintf(path, sizeof(paths[0]), "%s/%s", folder, name);
	return path;
}

void
support_write(const char *path, struct view bytes)
{
	FILE *f = fopen(path, "wb");

	if (f == NULL || fwrite(bytes.p, 1, bytes.len, f) != bytes.len || fclose(f) != 0)
		give_up("cannot write a file");
}

void
support_read(const char *path, struct buf *out)
{
	FILE *f = fopen(path, "rb");
	uint8_t block[65536];
	size_t n;

	if (f == NULL)
		give_up("cannot read a file");
	out->len = 0;
	while ((n = fread(block, 1, sizeof(block), f)) > 0)
		if (buf_add(out, view_of(block, n), NULL) != PLI_OK)
			give_up("out of memory");
	(void)fclose(f);
}

bool
support_exists(const char *path)
{
	return access(path, F_OK) == 0;
}

#ifdef PLI_COVERAGE
void __gcov_dump(void);
#endif

_Noreturn void
support_leave(int code)
{
#ifdef PLI_COVERAGE
	__gcov_dump();
#endif
	_exit(code);
}

size_t
support_entries(void)
{
	DIR *dir = opendir(folder[0] == '\0' ? "/nonexistent" : folder);
	size_t n = 0;

	if (dir == NULL)
		return 0;
	while (readdir(dir) != NULL)
		n++;
	(void)closedir(dir);
	return n - 2;
}

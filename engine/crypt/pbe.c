/*
 * pbe.c - the iterations are a number in the file, of whoever made the file, and libcrypto does as many as it is told, for
 * minutes, and cannot be stopped. So they are read first, from the same structures that libcrypto reads:
 *
 *      PBES2 and PBMAC1    the function that derives the key: PBKDF2, or scrypt
 *      all others          salt and iterations
 *
 * How much memory scrypt may use is bounded in libcrypto (32 MiB).
 */
#include "pbe.h"

#include <openssl/err.h>
#include <openssl/pem.h>
#include <string.h>

#include "context.h"

/* Negative numbers, too: libcrypto cuts them to an int, whose sign may be another. */
static uint64_t
number(const ASN1_INTEGER *n)
{
	uint64_t value;

	return n == NULL ? 1 : ASN1_INTEGER_get_uint64(&value, n) == 1 ? value : UINT64_MAX;
}

static uint64_t
times(uint64_t a, uint64_t b)
{
	return b != 0 && a > UINT64_MAX / b ? UINT64_MAX : a * b;
}

/* What the parameters of a function that derives keys ask for. 0: they are damaged. */
static uint64_t
derivation(const X509_ALGOR *algorithm)
{
	SCRYPT_PARAMS *scrypt;
	PBKDF2PARAM *pbkdf2;
	PBEPARAM *pbe;
	uint64_t n = 0;

	switch (OBJ_obj2nid(algorithm->algorithm)) {
	case NID_id_pbkdf2:
		pbkdf2 = ASN1_TYPE_unpack_sequence(ASN1_ITEM_rptr(PBKDF2PARAM), algorithm->parameter);
		if (pbkdf2 != NULL)
			n = number(pbkdf2->iter);
		PBKDF2PARAM_free(pbkdf2);
		break;
	case NID_id_scrypt:
		scrypt = ASN1_TYPE_unpack_sequence(ASN1_ITEM_rptr(SCRYPT_PARAMS), algorithm->parameter);
		if (scrypt != NULL)
			n = times(times(number(scrypt->costParameter), number(scrypt->blockSize)),
			    number(scrypt->parallelizationParameter));
		SCRYPT_PARAMS_free(scrypt);
		break;
	default:
		pbe = ASN1_TYPE_unpack_sequence(ASN1_ITEM_rptr(PBEPARAM), algorithm->parameter);
		if (pbe != NULL)
			n = number(pbe->iter);
		PBEPARAM_free(pbe);
	}
	return n;
}

static enum pli_status
spend(uint64_t n, const char *name, uint64_t *spent, struct pli_error *err)
{
	enum pli_status rc;

	*spent = n > UINT64_MAX - *spent ? UINT64_MAX : *spent + n;
	if (*spent <= PBE_ITERATIONS_MAX)
		return PLI_OK;
	if (*spent == UINT64_MAX)
		rc = fail(err, PLI_ERR_LIMIT,
		    "%s asks for a number of iterations that nobody can do, to make a key of its passphrase: at most "
		    "%d "
		    "are accepted",
		    name, PBE_ITERATIONS_MAX);
	else
		rc = fail(err, PLI_ERR_LIMIT,
		    "%s asks for %llu iterations to make a key of its passphrase: at most %d are accepted", name,
		    (unsigned long long)*spent, PBE_ITERATIONS_MAX);
	fail_hint(
	    err, "write the file again with fewer iterations, in the program that made it, or ask for another one");
	return rc;
}

enum pli_status
pbe_check(const X509_ALGOR *algorithm, const char *name, uint64_t *spent, struct pli_error *err)
{
	const int nid = OBJ_obj2nid(algorithm->algorithm);
	PBE2PARAM *two = NULL;
	uint64_t n = 0;

	ERR_set_mark();
	if (nid != NID_pbes2 && nid != NID_pbmac1)
		n = derivation(algorithm);
	else if ((two = ASN1_TYPE_unpack_sequence(ASN1_ITEM_rptr(PBE2PARAM), algorithm->parameter)) != NULL)
		n = derivation(two->keyfunc); /* PBMAC1 has parameters of the same form */
	PBE2PARAM_free(two);
	ERR_pop_to_mark();
	return spend(n, name, spent, err);
}

enum pli_status
pbe_check_mac(const PKCS12 *p12, const char *name, struct pli_error *err)
{
	const ASN1_INTEGER *iterations;
	const X509_ALGOR *algorithm;
	uint64_t spent = 0;
	enum pli_status rc;

	PKCS12_get0_mac(NULL, &algorithm, NULL, &iterations, p12);
	if (algorithm == NULL) /* no MAC */
		return PLI_OK;
	if ((rc = pbe_check(algorithm, name, &spent, err)) != PLI_OK)
		return rc;
	return spend(number(iterations), name, &spent, err);
}

/* Under whatever label: which ones libcrypto takes for an encrypted key is its matter. */
enum pli_status
pbe_check_pem(struct view data, const char *name, struct pli_error *err)
{
	BIO *bio = BIO_new_mem_buf(data.p, (int)data.len);
	enum pli_status rc = bio == NULL ? fail_memory(err) : PLI_OK;
	size_t left = data.len, before = left + 1;
	const X509_ALGOR *algorithm;
	const unsigned char *p;
	char *label, *header;
	unsigned char *der;
	X509_SIG *sealed;
	uint64_t spent = 0;
	long len;

	/* A damaged block does not end the file for libcrypto. */
	for (; rc == PLI_OK && left > 0 && left < before; before = left, left = BIO_ctrl_pending(bio)) {
		if (PEM_read_bio(bio, &label, &header, &der, &len) != 1)
			continue;
		p = der;
		/* An outer layer (RFC 1421) hides the algorithm from us and not from libcrypto. */
		if (strcmp(label, PEM_STRING_PKCS8) == 0 && header[0] != '\0')
			rc = fail(err, PLI_ERR_CERTIFICATE, "%s holds a key that is encrypted twice over", name);
		else if ((sealed = d2i_X509_SIG(NULL, &p, len)) != NULL) {
			X509_SIG_get0(sealed, &algorithm, NULL);
			rc = pbe_check(algorithm, name, &spent, err);
			X509_SIG_free(sealed);
		}
		OPENSSL_free(label);
		OPENSSL_free(header);
		OPENSSL_clear_free(der, (size_t)len);
	}
	BIO_free(bio);
	context_forget();
	return rc;
}

/*
 * Certificates and private keys, in all the forms that are read: each is taken or refused with a word. The passphrase is
 * "test", once.
 */
#include "fuzz.h"

#include <string.h>

static enum pli_status
ask(void *arg, const char *name, unsigned attempt, char *buf, size_t cap, size_t *len, struct pli_error *err)
{
	(void)arg;
	(void)name;
	(void)err;
	fuzz_check(cap >= 4);
	if (attempt > 0)
		return PLI_ERR_PASSPHRASE;
	memcpy(buf, "test", 4);
	*len = 4;
	return PLI_OK;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	const struct pli_cert_policy policy = { 0, 0, true };
	struct pli_cert_info info;
	struct pli_error err = { 0 };
	struct pli_certs *certs;
	struct pli_key *key;
	enum pli_status rc;
	size_t i;

	fuzz_check(pli_certs_new(&certs, fuzz_pli(), &err) == PLI_OK);
	rc = pli_certs_add(certs, data, len, "input", &err);
	fuzz_check((rc == PLI_OK) == (pli_certs_count(certs) > 0) && (rc == PLI_OK || err.message[0] != '\0'));
	for (i = 0; i < pli_certs_count(certs); i++) {
		pli_certs_info(certs, i, &info);
		fuzz_check(info.subject != NULL && info.issuer != NULL && info.cn != NULL && info.serial != NULL);
	}
	err = (struct pli_error){ 0 };
	if (rc == PLI_OK && pli_certs_check(certs, &policy, &err) != PLI_OK)
		fuzz_check(err.message[0] != '\0');
	err = (struct pli_error){ 0 };
	rc = pli_key_new(&key, fuzz_pli(), data, len, "input", certs, ask, NULL, &err);
	fuzz_check((rc == PLI_OK) == (key != NULL) && (rc == PLI_OK || err.message[0] != '\0'));
	pli_key_free(key);
	pli_certs_free(certs);
	return 0;
}

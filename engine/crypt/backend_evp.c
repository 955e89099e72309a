/*
 * backend_evp.c - libcrypto's AES-GCM. EVP gives no tag when it decrypts; after the bytes the context is turned to
 * encrypt, which changes nothing but that. The hash alone comes from ciphertext fed as AAD.
 */
#include <openssl/evp.h>

#include "backend.h"
#include "context.h"

struct handle {
	EVP_CIPHER_CTX *cipher; /* IVs of 16 bytes */
	EVP_CIPHER_CTX *hash;   /* IVs of 12 bytes */
	bool sealing;
};

static void
evp_clear(void *handle)
{
	struct handle *h = handle;

	EVP_CIPHER_CTX_free(h->cipher);
	EVP_CIPHER_CTX_free(h->hash);
	*h = (struct handle){ 0 };
}

static bool
evp_init(void *handle, const struct pli *pli, struct view key, bool sealing)
{
	const EVP_CIPHER *gcm = context_aes(pli, key.len)->gcm;
	struct handle *h = handle;

	h->sealing = sealing;
	return (h->cipher = context_keyed(gcm, key, 16, sealing)) != NULL &&
	       (h->hash = context_keyed(gcm, key, 12, true)) != NULL;
}

static bool
evp_segment(void *handle, const uint8_t iv[16], const uint8_t *in, uint8_t *out, size_t len, uint8_t tag[16])
{
	struct handle *h = handle;
	int n;

	return EVP_CipherInit_ex(h->cipher, NULL, NULL, NULL, iv, h->sealing) == 1 &&
	       EVP_CipherUpdate(h->cipher, out, &n, in, (int)len) == 1 && n == (int)len &&
	       (h->sealing || EVP_CipherInit_ex(h->cipher, NULL, NULL, NULL, NULL, 1) == 1) &&
	       EVP_CipherFinal_ex(h->cipher, tag, &n) == 1 &&
	       EVP_CIPHER_CTX_ctrl(h->cipher, EVP_CTRL_AEAD_GET_TAG, 16, tag) == 1;
}

static bool
evp_hash(void *handle, const uint8_t *in, size_t len, uint8_t tag[16])
{
	static const uint8_t zero[12];
	struct handle *h = handle;
	int n;

	return EVP_EncryptInit_ex(h->hash, NULL, NULL, NULL, zero) == 1 &&
	       EVP_EncryptUpdate(h->hash, NULL, &n, in, (int)len) == 1 && EVP_EncryptFinal_ex(h->hash, tag, &n) == 1 &&
	       EVP_CIPHER_CTX_ctrl(h->hash, EVP_CTRL_AEAD_GET_TAG, 16, tag) == 1;
}

const struct backend backend_evp = { "evp", "libcrypto", NULL, sizeof(struct handle), evp_init, evp_segment, evp_hash,
	evp_clear };

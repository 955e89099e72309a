#ifndef PLI_STATUS_H
#define PLI_STATUS_H

/*
 * status.h - how every call of pli says what happened.
 *
 *      struct pli_error err = { 0 };
 *      if (pli_seal(..., &err) != PLI_OK)
 *              fprintf(stderr, "%s\n", err.message);
 *
 * RULES
 *   - A call that can fail returns an enum pli_status and must be checked.
 *   - err is the caller's, the last parameter, all-zero when the first call of
 *     a story is made, and may be NULL. The first error sticks: a later call
 *     with the same err leaves it as it is. pli_error_clear makes it new.
 *   - A status is also the exit code of the command line.
 */

#if defined(__GNUC__)
#define PLI_API __attribute__((visibility("default")))
#define PLI_MUST_CHECK __attribute__((warn_unused_result))
#else
#define PLI_API
#define PLI_MUST_CHECK
#endif

#ifdef __cplusplus
extern "C" {
#endif

enum pli_status {
	PLI_OK = 0,
	PLI_ERR = 1,               /* anything without a code of its own */
	PLI_ERR_USAGE = 2,         /* the call itself is wrong */
	PLI_ERR_PARTIAL = 3,       /* of several, some succeeded, some failed */
	PLI_ERR_MALFORMED = 10,    /* not an envelope, truncated, trailing bytes */
	PLI_ERR_AUTH = 11,         /* the tag or the key does not match */
	PLI_ERR_PASSPHRASE = 12,   /* wrong or missing passphrase */
	PLI_ERR_NO_RECIPIENT = 13, /* the key is none of the recipients */
	PLI_ERR_CERTIFICATE = 14,  /* a certificate or key that cannot be used */
	PLI_ERR_EXISTS = 15,       /* the output exists, or is the input */
	PLI_ERR_IO = 16,           /* read, write, space, a file that changed */
	PLI_ERR_LIMIT = 17,        /* a documented limit would be passed */
	PLI_ERR_TOKEN = 18,        /* token absent or locked */
	PLI_ERR_UNSUPPORTED = 19,  /* algorithm or container not accepted */
	PLI_ERR_CANCELLED = 130    /* the cancel callback said so */
};

struct pli_error {
	enum pli_status status;
	char message[1024]; /* what happened, to what, and why; UTF-8 */
	/*
	 * What to do about it; may be empty. In the words of the command line: "--allow-nested" is the field allow_nested of
	 * the options here, "--force" is replace.
	 */
	char hint[256];
};

/*
 * pli_status_id returns the stable name of a status ("ok", "authentication",
 * "no-recipient", ...), or "error" for a number that is none. The string is
 * constant.
 */
PLI_API const char *pli_status_id(enum pli_status status);

/* pli_error_clear makes *err all-zero again. NULL is fine. */
PLI_API void pli_error_clear(struct pli_error *err);

#ifdef __cplusplus
}
#endif

#endif

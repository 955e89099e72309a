#ifndef PLI_TREE_H
#define PLI_TREE_H

/*
 * tree.h - seals files and folders as one archive in one envelope, and opens them again as files and folders.
 *
 *      pli_tree_seal     paths to an envelope
 *      pli_tree_open     an envelope to a folder
 *      pli_tree_list     what pli_tree_open would make, nothing is written
 *
 * The content is a pax archive (POSIX.1-2008) that every tar reads, begun by the fixed first block (FORMAT.md).
 *
 * RULES
 *   - What opening refuses, sealing refuses first: names and kinds of entries follow one policy.
 *   - Until all of an envelope is authenticated nothing is under a final name, and nothing that the archive says is told.
 *   - Names are UTF-8 and come from outside: print them escaped.
 */

#include "open.h"
#include "seal.h"

#ifdef __cplusplus
extern "C" {
#endif

struct pli_tree_limits {
	uint64_t max_size;  /* bytes of all files; 0: PLI_TREE_MAX_SIZE */
	uint64_t max_files; /* files and folders; 0: PLI_TREE_MAX_FILES */
};

#define PLI_TREE_MAX_SIZE (UINT64_C(1) << 36)
#define PLI_TREE_MAX_FILES UINT64_C(1000000)

/* A file or folder of an archive. Everything is borrowed for the call that it is given to. */
struct pli_tree_entry {
	const char *path;
	bool folder;
	unsigned mode; /* permission bits; 0, as is mtime, where the content is no archive: nobody said them */
	uint64_t bytes;
	int64_t mtime;         /* seconds since 1970 */
	const uint8_t *sha256; /* 32 bytes, or NULL where it was not asked for */
};

struct pli_tree_seal_options {
	struct pli_seal_options seal;
	struct pli_tree_limits limits;
	/* what may keep a bid from being read, each as a sentence: before files are sealed, or when they were read; may be NULL */
	void (*warn)(void *arg, const char *path, const char *warning);
	void *arg;
	bool strict; /* any warning refuses (PLI_ERR_LIMIT) */
};

#define PLI_TREE_SEAL_DEFAULTS                                                                                         \
	{                                                                                                              \
		.seal = PLI_SEAL_DEFAULTS                                                                              \
	}

struct pli_tree_sealed {
	struct pli_sealed sealed;
	uint64_t files; /* files, without folders */
	uint64_t warnings;
};

/*
 * pli_tree_seal seals the files and folders that the count paths name, each under its last part. Fails as pli_seal does,
 * and with PLI_ERR_LIMIT for an entry that opening would refuse, naming it; PLI_ERR_IO when anything changes meanwhile.
 */
PLI_API enum pli_status pli_tree_seal(struct pli *pli, const struct pli_certs *certs, const char *const *paths,
    size_t count, const struct pli_output *out, const struct pli_tree_seal_options *options,
    struct pli_tree_sealed *result, struct pli_error *err) PLI_MUST_CHECK;

struct pli_tree_open_options {
	struct pli_open_options open;
	struct pli_tree_limits limits;
	bool digests; /* SHA-256 of every file */
	/*
	 * Content that is a ZIP file is opened as a folder, too. It is decrypted to a file without a name first, beside the
	 * result (pli_tree_list: in $TMPDIR or /tmp), and read when all of it is authenticated.
	 */
	bool unzip;
	bool no_sync;
	bool replace;  /* content that is no archive replaces a file of its name; never a folder, never the input */
	bool no_sweep; /* as in pli_output */
	/* called for each entry, in order, when all is authenticated and in place; may be NULL */
	void (*entry)(void *arg, const struct pli_tree_entry *entry);
	void *arg;
};

#define PLI_TREE_OPEN_DEFAULTS                                                                                         \
	{                                                                                                              \
		.open = PLI_OPEN_DEFAULTS                                                                              \
	}

struct pli_tree_opened {
	struct pli_opened opened;
	bool archive;   /* false: the content is no archive, and became one file */
	uint64_t files; /* files, without folders */
	uint64_t bytes; /* of all files */
};

/*
 * pli_tree_open opens the envelope in into folder/name, which must not exist (but see replace): a folder with what was sealed
 * or, for content that is no archive, a file. folder is made if it is not there, and removed again if it stays empty (unless
 * another call works in it at that moment: then it may stay). Fails as pli_open does; with PLI_ERR_LIMIT for an archive that the
 * policy or the limits refuse; PLI_ERR_MALFORMED for a damaged one.
 */
PLI_API enum pli_status pli_tree_open(struct pli *pli, const struct pli_key *const *keys, size_t count,
    const struct pli_input *in, const char *folder, const char *name, const struct pli_tree_open_options *options,
    struct pli_tree_opened *result, struct pli_error *err) PLI_MUST_CHECK;

/* pli_tree_list does all that pli_tree_open does, but for writing. */
PLI_API enum pli_status pli_tree_list(struct pli *pli, const struct pli_key *const *keys, size_t count,
    const struct pli_input *in, const struct pli_tree_open_options *options, struct pli_tree_opened *result,
    struct pli_error *err) PLI_MUST_CHECK;

/* pli_tree_library is the version text of libarchive, for diagnosis. The string is constant. */
PLI_API const char *pli_tree_library(void);

#ifdef __cplusplus
}
#endif

#endif

#ifndef PLI_ENTRIES_H
#define PLI_ENTRIES_H

/*
 * entries.h - reads the archive in an envelope, entry by entry, under the policy and the limits.
 *
 *      entries_run, which calls begin, data ..., end for each entry
 *
 * RULES
 *   - Nothing is authenticated yet when it is handed out: whoever takes it must be able to take it back.
 *   - Paths are plain (rules.h), and every folder above an entry comes before it, told by missing where the archive does not.
 */

#include "bytes.h"
#include "pli/tree.h"
#include "rules.h"
#include "tar.h"

struct entries_visitor {
	/* the content is no archive: one entry follows, whose path is empty */
	enum pli_status (*raw)(void *arg, struct pli_error *err);
	rules_missing *missing;
	enum pli_status (*begin)(void *arg, const struct tar_entry *e, struct pli_error *err);
	/* len bytes at off of the entry's content, in order; what is left out is zero */
	enum pli_status (*data)(void *arg, const void *p, size_t len, uint64_t off, struct pli_error *err);
	enum pli_status (*end)(void *arg, const struct tar_entry *e, struct pli_error *err);
	void *arg;
};

/*
 * entries_run reads all entries; their places are in rules, which sees to limits->max_files. Fails with PLI_ERR_MALFORMED for a
 * damaged archive, PLI_ERR_LIMIT, or as opener or a visitor's call does.
 */
enum pli_status entries_run(struct pli_opener *opener, const struct pli_tree_limits *limits, struct rules *rules,
    const struct entries_visitor *visitor, struct pli_error *err) PLI_MUST_CHECK;

/*
 * entries_unzip does the same with a ZIP file of size bytes that is open for reading, as libarchive reads it. Fails with
 * PLI_ERR_MALFORMED if that are not as many entries as its end record says, or none, with PLI_ERR_LIMIT for an entry that is
 * encrypted, by name, and with PLI_ERR_CANCELLED besides.
 */
enum pli_status entries_unzip(int fd, uint64_t size, const struct pli_tree_limits *limits,
    const struct pli_hooks *hooks, struct rules *rules, const struct entries_visitor *visitor,
    struct pli_error *err) PLI_MUST_CHECK;

/* entries_zip_begins: do the first bytes of some content say that it is a ZIP file with something in it? */
bool entries_zip_begins(const void *p, size_t len);

#endif

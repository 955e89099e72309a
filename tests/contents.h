#ifndef PLI_CONTENTS_H
#define PLI_CONTENTS_H

/*
 * contents.h - what is in a folder, all of it, as text: for tests that say in a line what has to be there.
 */

#include <fcntl.h>
#include <fts.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "suite.h"
#include "trees.h"

/*
 * In order: a line for each entry, "name/" for a folder and "name=content" for a file, in which so many zeroes are <so many>.
 */
struct contents {
	char *line[200];
	size_t count;
};

static inline void
contents_put(struct contents *c, const char *line, size_t len)
{
	char *copy = strndup(line, len);
	size_t i = c->count;

	check(copy != NULL && c->count < sizeof(c->line) / sizeof(c->line[0]));
	for (; i > 0 && strcmp(c->line[i - 1], copy) > 0; i--)
		c->line[i] = c->line[i - 1];
	c->line[i] = copy;
	c->count++;
}

static inline void
contents_forget(struct contents *c)
{
	while (c->count > 0)
		free(c->line[--c->count]);
}

static inline bool
contents_has(const struct contents *c, const char *line, size_t len)
{
	size_t i;

	for (i = 0; i < c->count; i++)
		if (strlen(c->line[i]) == len && memcmp(c->line[i], line, len) == 0)
			return true;
	return false;
}

/* Lines as above; the folders above an entry go without saying. */
static inline void
contents_want(struct contents *c, const char *lines)
{
	const char *p, *end;

	for (; *lines != '\0'; lines = *end == '\n' ? end + 1 : end) {
		end = lines + strcspn(lines, "\n");
		for (p = lines; p < end && *p != '='; p++)
			if (*p == '/' && !contents_has(c, lines, (size_t)(p - lines) + 1))
				contents_put(c, lines, (size_t)(p - lines) + 1);
		if (end[-1] != '/')
			contents_put(c, lines, (size_t)(end - lines));
	}
}

static inline void
contents_read(struct buf *line, const char *name)
{
	struct buf content = { 0 };
	char zeroes[32];
	size_t i, n;

	support_read(name, &content);
	for (i = 0; i < content.len; i += n) {
		for (n = 0; i + n < content.len && content.p[i + n] == 0; n++)
			;
		(void)snprintf(zeroes, sizeof(zeroes), "<%zu>", n);
		check(
		    buf_add(line, n > 0 ? view_of(zeroes, strlen(zeroes)) : view_of(content.p + i, 1), NULL) == PLI_OK);
		n += n == 0;
	}
	buf_clear(&content);
}

/*
 * contents_are: nothing in the folder is anything but a file or a folder with plain permissions, and all of it is as lines say.
 * It leaves the owner all rights.
 */
static inline void
contents_are(const char *what, const char *folder, const char *lines)
{
	char root[512];
	char *const roots[] = { root, NULL };
	struct contents found = { 0 }, wanted = { 0 };
	struct buf line = { 0 };
	size_t i, skipped;
	bool same;
	FTSENT *e;
	FTS *all;

	contents_want(&wanted, lines);
	skipped = (size_t)snprintf(root, sizeof(root), "%s", folder) + 1;
	check((all = fts_open(roots, FTS_PHYSICAL, NULL)) != NULL);
	while ((e = fts_read(all)) != NULL) {
		check(e->fts_info == FTS_D || e->fts_info == FTS_DP || e->fts_info == FTS_F);
		check((e->fts_statp->st_mode & 07000) == 0 && (e->fts_info != FTS_F || e->fts_statp->st_nlink == 1));
		check(e->fts_info == FTS_DP || chmod(e->fts_accpath, 0700) == 0); /* now it may be looked into */
		if (e->fts_level == FTS_ROOTLEVEL || e->fts_info == FTS_DP)
			continue;
		line.len = 0;
		check(buf_add(&line, view_of(e->fts_path + skipped, e->fts_pathlen - skipped), NULL) == PLI_OK);
		check(buf_add(&line, view_of(e->fts_info == FTS_D ? "/" : "=", 1), NULL) == PLI_OK);
		if (e->fts_info == FTS_F)
			contents_read(&line, e->fts_accpath);
		contents_put(&found, (const char *)line.p, line.len);
	}
	check(fts_close(all) == 0);
	same = found.count == wanted.count;
	for (i = 0; same && i < found.count; i++)
		same = strcmp(found.line[i], wanted.line[i]) == 0;
	for (i = 0; !same && i < found.count; i++)
		(void)fprintf(stderr, "%s: there is %s\n", what, found.line[i]);
	for (i = 0; !same && i < wanted.count; i++)
		(void)fprintf(stderr, "%s: there has to be %s\n", what, wanted.line[i]);
	check(same);
	contents_forget(&found);
	contents_forget(&wanted);
	buf_clear(&line);
}

/* contents_told is for who is told of each entry, with its digest: all that is said is so. arg is an open folder. */
static inline void
contents_told(void *arg, const struct pli_tree_entry *e)
{
	int fd = openat(*(const int *)arg, e->path, O_RDONLY | O_NOFOLLOW);
	uint8_t sha256[32], *p;
	struct stat st;

	check(fd >= 0 && fstat(fd, &st) == 0 && e->folder == S_ISDIR(st.st_mode));
	if (!e->folder) {
		check((uint64_t)st.st_size == e->bytes && (p = malloc(e->bytes + 1)) != NULL);
		check(read(fd, p, e->bytes) == st.st_size);
		trees_digest(view_of(p, e->bytes), sha256);
		check(memcmp(sha256, e->sha256, sizeof(sha256)) == 0);
		free(p);
	}
	check(close(fd) == 0);
}

#endif

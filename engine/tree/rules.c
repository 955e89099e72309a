/*
 * rules.c - the set is a table with open addressing, of places: a last part, and the place of the folder that it is in, so that
 * what is deep takes no more memory than what is not. Its hash starts from a random number, so that nobody can choose names that
 * fall on each other.
 */
#include "rules.h"

#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "hidden.h"

#define PATH_CAP 4096
#define PART_MAX 255
#define DEPTH_MAX 64

enum state { IMPLIED, FOLDER, PLAIN_FILE };

struct rules_place {
	const struct rules_place *up; /* NULL: the root */
	uint8_t state, depth, len;
	char name[];
};

struct rules {
	struct rules_place **slots;
	size_t count, cap; /* cap is a power of two */
	uint64_t max, seed;
};

enum pli_status
rules_new(struct rules **out, uint64_t max, struct pli_error *err)
{
	struct rules *r = calloc(1, sizeof(*r));

	*out = NULL;
	if (r == NULL)
		return fail_memory(err);
	r->max = max;
	if (getrandom(&r->seed, sizeof(r->seed), 0) != (ssize_t)sizeof(r->seed)) {
		free(r);
		return fail(err, PLI_ERR, "no random bytes");
	}
	*out = r;
	return PLI_OK;
}

void
rules_free(struct rules *r)
{
	size_t i;

	if (r == NULL)
		return;
	for (i = 0; i < r->cap; i++)
		free(r->slots[i]);
	free(r->slots);
	free(r);
}

/* The length of the well-formed UTF-8 character at p (Unicode 3.9, table 3-7), its code point in *c; 0 if it is none. */
static size_t
character(const uint8_t *p, size_t len, uint32_t *c)
{
	static const uint32_t least[] = { 0, 0, 0x80, 0x800, 0x10000 };
	size_t n = p[0] < 0x80 ? 1 : p[0] >= 0xf0 ? 4 : p[0] >= 0xe0 ? 3 : p[0] >= 0xc2 ? 2 : 0, i;

	if (n == 0 || n > len || p[0] > 0xf4)
		return 0;
	*c = n == 1 ? p[0] : p[0] & (0xffu >> (n + 1));
	for (i = 1; i < n; i++) {
		if ((p[i] & 0xc0) != 0x80)
			return 0;
		*c = *c << 6 | (p[i] & 0x3f);
	}
	return *c < least[n] || *c > 0x10ffff || (*c >= 0xd800 && *c < 0xe000) ? 0 : n;
}

/* Why these characters may not stand in a path, or NULL. */
static const char *
bad_character(struct view path)
{
	uint32_t c;
	size_t at, n;

	for (at = 0; at < path.len; at += n) {
		if ((n = character(path.p + at, path.len - at, &c)) == 0)
			return "is not UTF-8";
		if (c < 0x20 || (c >= 0x7f && c < 0xa0))
			return "has a control character";
		if (c == '\\')
			return "has a backslash";
	}
	return NULL;
}

static enum pli_status
refuse(struct view path, const char *why, struct pli_error *err)
{
	return fail(
	    err, PLI_ERR_LIMIT, "the name %.*s %s", (int)(path.len < 300 ? path.len : 300), (const char *)path.p, why);
}

enum pli_status
rules_path(struct view path, char out[4096], struct pli_error *err)
{
	const char *why = bad_character(path);
	size_t at, n, len = 0, depth = 0;

	out[0] = '\0';
	if (why != NULL)
		return refuse(path, why, err);
	if (path.len == 0)
		return refuse(path, "is empty", err);
	if (path.p[0] == '/')
		return refuse(path, "is absolute", err);
	for (at = 0; at < path.len; at += n + 1) {
		const uint8_t *slash = memchr(path.p + at, '/', path.len - at);

		n = slash == NULL ? path.len - at : (size_t)(slash - (path.p + at));
		if (n == 0 || (n == 1 && path.p[at] == '.'))
			continue;
		if (n == 2 && path.p[at] == '.' && path.p[at + 1] == '.')
			return refuse(path, "has a part \"..\"", err);
		if (n > PART_MAX)
			return refuse(path, "has a part of more than 255 bytes", err);
		if (++depth > DEPTH_MAX)
			return refuse(path, "is more than 64 folders deep", err);
		if (len + 1 + n >= PATH_CAP)
			return refuse(path, "is longer than 4,095 bytes", err);
		if (len > 0)
			out[len++] = '/';
		memcpy(out + len, path.p + at, n);
		out[len + n] = '\0';
		if (hidden_is(out + len))
			return refuse(path, "has a part that is a name which pli keeps for what is not complete", err);
		len += n;
	}
	out[len] = '\0';
	return PLI_OK;
}

/* FNV-1a from a secret start, mixed at the end. */
static size_t
hash(const struct rules *r, const struct rules_place *up, const char *name, size_t len)
{
	uint64_t h = r->seed ^ ((uint64_t)(uintptr_t)up * UINT64_C(0x9e3779b97f4a7c15)) ^ UINT64_C(0xcbf29ce484222325);
	size_t i;

	for (i = 0; i < len; i++)
		h = (h ^ (uint8_t)name[i]) * UINT64_C(0x100000001b3) + (r->seed >> 7);
	h ^= h >> 31;
	h *= UINT64_C(0x9e3779b97f4a7c15);
	return (size_t)(h ^ h >> 29);
}

/* The slot of a name in a folder, or the empty one where it belongs. */
static struct rules_place **
find(const struct rules *r, const struct rules_place *up, const char *name, size_t len)
{
	size_t i = hash(r, up, name, len) & (r->cap - 1);

	while (r->slots[i] != NULL &&
	       (r->slots[i]->up != up || r->slots[i]->len != len || memcmp(r->slots[i]->name, name, len) != 0))
		i = (i + 1) & (r->cap - 1);
	return &r->slots[i];
}

static enum pli_status
grow(struct rules *r, struct pli_error *err)
{
	struct rules bigger = { .cap = r->cap == 0 ? 64 : 2 * r->cap, .seed = r->seed };
	size_t i;

	if (r->count < r->cap / 2)
		return PLI_OK;
	if ((bigger.slots = calloc(bigger.cap, sizeof(*bigger.slots))) == NULL)
		return fail_memory(err);
	for (i = 0; i < r->cap; i++)
		if (r->slots[i] != NULL)
			*find(&bigger, r->slots[i]->up, r->slots[i]->name, r->slots[i]->len) = r->slots[i];
	free(r->slots);
	r->slots = bigger.slots;
	r->cap = bigger.cap;
	return PLI_OK;
}

static enum pli_status
too_many(const struct rules *r, struct pli_error *err)
{
	enum pli_status rc =
	    fail(err, PLI_ERR_LIMIT, "more than %llu files and folders in the archive", (unsigned long long)r->max);

	fail_hint(err, "allow more with --max-files");
	return rc;
}

/* *out is the place of a name in a folder; *fresh says that there was none. */
static enum pli_status
insert(struct rules *r, const struct rules_place *up, const char *name, size_t len, enum state state,
    struct rules_place **out, bool *fresh, struct pli_error *err)
{
	struct rules_place **slot, *p;
	enum pli_status rc;

	if ((rc = grow(r, err)) != PLI_OK)
		return rc;
	slot = find(r, up, name, len);
	*out = *slot;
	*fresh = *slot == NULL;
	if (!*fresh)
		return PLI_OK;
	if (r->count >= r->max)
		return too_many(r, err);
	if ((p = malloc(sizeof(*p) + len)) == NULL)
		return fail_memory(err);
	p->up = up;
	p->state = (uint8_t)state;
	p->depth = up == NULL ? 0 : (uint8_t)(up->depth + 1);
	p->len = (uint8_t)len;
	memcpy(p->name, name, len);
	r->count++;
	*slot = *out = p;
	return PLI_OK;
}

/* The folders above a path; *up is the last, *name what is behind it. */
static enum pli_status
add_above(struct rules *r, const char *path, rules_missing *missing, void *arg, struct rules_place **up,
    const char **name, struct pli_error *err)
{
	const char *slash;
	char folder[PATH_CAP];
	enum pli_status rc;
	bool fresh;

	*up = NULL;
	for (*name = path; (slash = strchr(*name, '/')) != NULL; *name = slash + 1) {
		if ((rc = insert(r, *up, *name, (size_t)(slash - *name), IMPLIED, up, &fresh, err)) != PLI_OK)
			return rc;
		if ((*up)->state == PLAIN_FILE)
			return refuse(view_of(path, strlen(path)), "is in a folder that is a file", err);
		if (!fresh || missing == NULL)
			continue;
		memcpy(folder, path, (size_t)(slash - path));
		folder[slash - path] = '\0';
		if ((rc = missing(arg, folder, *up, err)) != PLI_OK)
			return rc;
	}
	return PLI_OK;
}

enum pli_status
rules_add(struct rules *r, const char *path, enum rules_kind kind, rules_missing *missing, void *arg,
    const struct rules_place **place, struct pli_error *err)
{
	enum state state = kind == RULES_FILE ? PLAIN_FILE : FOLDER;
	struct view whole = view_of(path, strlen(path));
	struct rules_place *up, *p;
	const char *name;
	enum pli_status rc;
	bool fresh;

	if ((rc = add_above(r, path, missing, arg, &up, &name, err)) != PLI_OK ||
	    (rc = insert(r, up, name, strlen(name), state, &p, &fresh, err)) != PLI_OK)
		return rc;
	*place = p;
	if (fresh)
		return PLI_OK;
	if (p->state != IMPLIED)
		return refuse(whole, "is there twice", err);
	if (kind == RULES_FILE)
		return refuse(whole, "is a file and a folder", err);
	p->state = FOLDER;
	return PLI_OK;
}

void
rules_text(const struct rules_place *place, char out[4096])
{
	const struct rules_place *p;
	size_t at = 0;

	for (p = place; p != NULL; p = p->up)
		at += (size_t)p->len + 1;
	for (p = place; p != NULL; p = p->up) {
		out[--at] = p == place ? '\0' : '/';
		at -= p->len;
		memcpy(out + at, p->name, p->len);
	}
}

unsigned
rules_depth(const struct rules_place *place)
{
	return place->depth;
}

/*
 * look.c - what a register holds, for keys.sh: whether a change is there as a whole or not at all.
 *
 *      look REGISTER
 *
 * Prints three lines: the keys by service and name, with role and status; the pending ones; the actions of the journal. The
 * exit code is 1, and the reason on the standard error, when the register does not open, when the numbers of its journal have a
 * hole, or when a key that was generated is active and never opened anything.
 */
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "pli/register.h"

struct looking {
	bool pending; /* which keys are meant */
	int64_t lines;
	bool wrong;
};

static enum pli_status
print_key(void *arg, const struct pli_register_key *key, struct pli_error *err)
{
	struct looking *l = arg;

	(void)err;
	if (l->pending == (key->status == PLI_KEY_PENDING))
		(void)printf(
		    "%s/%s,%s,%s ", key->service, key->name, pli_role_id(key->role), pli_key_status_id(key->status));
	if (key->status == PLI_KEY_ACTIVE && key->origin != PLI_ORIGIN_IMPORTED && key->tested == 0) {
		(void)fprintf(stderr, "look: %s is active, and never opened anything\n", key->name);
		l->wrong = true;
	}
	return PLI_OK;
}

static enum pli_status
print_line(void *arg, const struct pli_register_event *event, struct pli_error *err)
{
	struct looking *l = arg;

	(void)err;
	l->lines++;
	if (event->id != l->lines) {
		(void)fprintf(stderr, "look: the journal has a hole before line %lld\n", (long long)event->id);
		l->wrong = true;
	}
	(void)printf("%s ", event->action);
	return PLI_OK;
}

static enum pli_status
look(struct pli *pli, const char *path, bool *wrong, struct pli_error *err)
{
	const struct pli_register_query all = { NULL, NULL, true };
	struct looking l = { 0 };
	struct pli_register *reg;
	enum pli_status rc = pli_register_open(&reg, pli, path, PLI_REGISTER_READ, NULL, err);

	if (rc != PLI_OK || (rc = pli_register_keys(reg, &all, print_key, &l, err)) != PLI_OK)
		goto out;
	l.pending = true;
	(void)printf("\npending: ");
	if ((rc = pli_register_keys(reg, &all, print_key, &l, err)) != PLI_OK)
		goto out;
	(void)printf("\n");
	rc = pli_register_journal(reg, NULL, print_line, &l, err);
	(void)printf("\n");
out:
	pli_register_free(reg);
	*wrong = l.wrong;
	return rc;
}

int
main(int argc, char **argv)
{
	struct pli_error err = { 0 };
	struct pli *pli = NULL;
	bool wrong = false;
	enum pli_status rc;

	if (argc != 2) {
		(void)fprintf(stderr, "look: which register?\n");
		return 2;
	}
	if ((rc = pli_new(&pli, &err)) == PLI_OK)
		rc = look(pli, argv[1], &wrong, &err);
	if (rc != PLI_OK)
		(void)fprintf(stderr, "look: %s\n", err.message);
	pli_free(pli);
	return rc != PLI_OK || wrong || ferror(stdout) ? 1 : 0;
}

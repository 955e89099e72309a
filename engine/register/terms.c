/* terms.c - one table for each enumeration; the words are those of the command line. */
#include "terms.h"

#include <string.h>

#include "pli/register.h"

static const char *const roles[] = { [PLI_ROLE_PERSONAL] = "personal", [PLI_ROLE_BACKUP] = "backup" };
static const char *const statuses[] = { [PLI_KEY_PENDING] = "pending",
	[PLI_KEY_ACTIVE] = "active",
	[PLI_KEY_RETIRED] = "retired",
	[PLI_KEY_COMPROMISED] = "compromised" };
static const char *const origins[] = {
	[PLI_ORIGIN_SELF] = "self-signed", [PLI_ORIGIN_AUTHORITY] = "authority", [PLI_ORIGIN_IMPORTED] = "imported"
};
static const char *const findings[] = { [PLI_FINDING_EXPIRED] = "expired",
	[PLI_FINDING_EXPIRES] = "expires-before-opening",
	[PLI_FINDING_NEVER_TESTED] = "never-tested",
	[PLI_FINDING_TEST_OLD] = "test-old",
	[PLI_FINDING_NO_BACKUP] = "no-backup",
	[PLI_FINDING_SINGLE_KEY] = "single-key",
	[PLI_FINDING_WEAK] = "weak",
	[PLI_FINDING_TWO_NAMES] = "two-names",
	[PLI_FINDING_PENDING] = "pending",
	[PLI_FINDING_NOT_YET_VALID] = "not-yet-valid",
	[PLI_FINDING_EXPIRES_SOON] = "expires-soon",
	[PLI_FINDING_NO_KEY] = "no-key",
	[PLI_FINDING_SAME_RECIPIENT] = "same-recipient" };

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

static const char *
word(const char *const *table, size_t count, unsigned i)
{
	return i < count ? table[i] : "unknown";
}

static int
number(const char *const *table, size_t count, const char *id)
{
	size_t i;

	for (i = 0; i < count; i++)
		if (strcmp(table[i], id) == 0)
			return (int)i;
	return -1;
}

const char *
pli_role_id(enum pli_role role)
{
	return word(roles, COUNT(roles), role);
}

const char *
pli_key_status_id(enum pli_key_status status)
{
	return word(statuses, COUNT(statuses), status);
}

const char *
pli_key_origin_id(enum pli_key_origin origin)
{
	return word(origins, COUNT(origins), origin);
}

const char *
pli_finding_id(enum pli_finding finding)
{
	return word(findings, COUNT(findings), finding);
}

int
term_role(const char *id)
{
	return number(roles, COUNT(roles), id);
}

int
term_key_status(const char *id)
{
	return number(statuses, COUNT(statuses), id);
}

int
term_origin(const char *id)
{
	return number(origins, COUNT(origins), id);
}

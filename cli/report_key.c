/*
 * report_key.c - what administrators and scripts are told of a key.
 */
#include "report_key.h"

#include <string.h>

#include "when.h"

static json_t *
date_json(int64_t seconds)
{
	char date[WHEN_MAX];

	return seconds != 0 ? json_string(when_format(date, seconds)) : json_null();
}

json_t *
report_key_json(const struct pli_register_key *key)
{
	bool kept = key->service != NULL;

	return json_pack("{s:s, s:o, s:o, s:s, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:s, s:o, s:o, s:o, s:o}", "type",
	    "key", "name", say_string(key->name), "cn", say_string(key->cert.cn), "role", pli_role_id(key->role),
	    "service", say_string(key->service), "status", say_string(kept ? pli_key_status_id(key->status) : NULL),
	    "expires", date_json(key->cert.not_after), "serial", say_string(key->cert.serial), "fingerprint",
	    say_string(key->fingerprint), "last_test", date_json(key->tested), "algorithm",
	    say_string(key->cert.algorithm), "origin", pli_key_origin_id(key->origin), "subject",
	    say_string(key->cert.subject), "issuer", say_string(key->cert.issuer), "ski", say_string(key->cert.ski),
	    "test", say_string(key->test));
}

static void
report_json(const struct run *run, const struct pli_register_key *key, const struct deed *deed)
{
	json_t *record = report_key_json(key);

	(void)json_object_set_new(record, "action", say_string(deed->done));
	if (deed->p12 != NULL)
		say_name(record, "p12", "p12_hex", deed->p12);
	if (deed->cert_out != NULL)
		say_name(record, "certificate", "certificate_hex", deed->cert_out);
	(void)json_object_set_new(record, "warnings", say_warnings(run->say));
	say_json(run->say, record);
}

void
report_key(const struct run *run, const struct pli_register_key *key, const struct deed *deed)
{
	struct say *say = run->say;
	char until[REPORT_KEY_DAY_MAX];

	if (say->json) {
		report_json(run, key, deed);
		return;
	}
	if (key->service != NULL)
		say_news(say, "%s \"%s\", %s key of %s: %s", deed->done, key->name, pli_role_id(key->role),
		    key->service, pli_key_status_id(key->status));
	else
		say_news(say, "%s \"%s\", in no register", deed->done, key->name);
	say_news(say, "  %s, serial %s, %s, valid until %s", key->cert.subject, key->cert.serial, key->cert.algorithm,
	    report_key_day(until, key->cert.not_after));
	if (deed->p12 != NULL)
		say_news(say, "  private key: %s (read back from the disk, and tested)", deed->p12);
	if (deed->cert_out != NULL)
		say_news(say, "  certificate: %s", deed->cert_out);
}

const char *
report_key_day(char buf[REPORT_KEY_DAY_MAX], int64_t seconds)
{
	_Static_assert(REPORT_KEY_DAY_MAX >= WHEN_MAX, "when_format writes into buf");
	if (seconds == 0)
		return "never";
	(void)when_format(buf, seconds);
	buf[strcspn(buf, "T")] = '\0';
	return buf;
}

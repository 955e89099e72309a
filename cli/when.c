/*
 * when.c - RFC 3339 by hand: strptime is lenient, takes its words from the
 * locale, and knows no offset with a colon.
 */
#include "when.h"

#include <stddef.h>
#include <stdio.h>
#include <time.h>

/* Reads count digits at *s into *value and moves *s behind them. */
static bool
digits(const char **s, int count, int *value)
{
	int i, v = 0;

	for (i = 0; i < count; i++) {
		char c = (*s)[i];

		if (c < '0' || c > '9')
			return false;
		v = v * 10 + (c - '0');
	}
	*s += count;
	*value = v;
	return true;
}

static bool
literal(const char **s, char c)
{
	if (**s != c)
		return false;
	*s += 1;
	return true;
}

static bool
either(const char **s, char a, char b)
{
	return literal(s, a) || literal(s, b);
}

static int
days_in_month(int year, int month)
{
	static const int days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
	bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;

	return days[month - 1] + (month == 2 && leap);
}

/* Days from 1970-01-01 to a date of the Gregorian calendar; years are counted from March. */
static int64_t
days_since_1970(int year, int month, int day)
{
	int64_t y = year - (month <= 2) + 400; /* not negative for any year from 0 on */
	int64_t m = (month + 9) % 12;

	return 365 * y + y / 4 - y / 100 + y / 400 + (153 * m + 2) / 5 + day - 1 - 719468 - 146097;
}

/* Reads the offset from UTC, in seconds: "Z", "+hh:mm", "-hh:mm". */
static bool
offset_from_utc(const char **s, int64_t *offset)
{
	int sign, hours, minutes;

	*offset = 0;
	if (either(s, 'Z', 'z'))
		return true;
	sign = **s == '-' ? -1 : 1;
	if (!either(s, '+', '-') || !digits(s, 2, &hours) || !literal(s, ':') || !digits(s, 2, &minutes) ||
	    hours > 23 || minutes > 59)
		return false;
	*offset = sign * (hours * 3600 + minutes * 60);
	return true;
}

static bool
fraction(const char **s)
{
	int ignored;

	if (!literal(s, '.'))
		return true;
	if (!digits(s, 1, &ignored))
		return false;
	while (digits(s, 1, &ignored))
		continue;
	return true;
}

bool
when_parse(int64_t *seconds, const char *s)
{
	int year, month, day, hour, minute, second;
	int64_t offset;

	if (!digits(&s, 4, &year) || !literal(&s, '-') || !digits(&s, 2, &month) || !literal(&s, '-') ||
	    !digits(&s, 2, &day) || !either(&s, 'T', 't') || !digits(&s, 2, &hour) || !literal(&s, ':') ||
	    !digits(&s, 2, &minute) || !literal(&s, ':') || !digits(&s, 2, &second) || !fraction(&s) ||
	    !offset_from_utc(&s, &offset) || *s != '\0')
		return false;
	/* Second 60 is a leap second: the first of the next minute. */
	if (month < 1 || month > 12 || day < 1 || day > days_in_month(year, month) || hour > 23 || minute > 59 ||
	    second > 60)
		return false;
	*seconds = days_since_1970(year, month, day) * 86400 + hour * 3600 + minute * 60 + second - offset;
	return true;
}

const char *
when_format(char buf[WHEN_MAX], int64_t seconds)
{
	time_t t = (time_t)seconds;
	struct tm tm;

	if (gmtime_r(&t, &tm) == NULL || strftime(buf, WHEN_MAX, "%Y-%m-%dT%H:%M:%SZ", &tm) == 0)
		(void)snprintf(buf, WHEN_MAX, "@%lld", (long long)seconds);
	return buf;
}

bool
when_passed(int64_t seconds)
{
	return seconds != 0 && seconds < time(NULL);
}

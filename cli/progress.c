/*
 * progress.c - bytes, percent, rate and time left, redrawn at most five times a
 * second, by whichever thread comes first when it is due.
 *
 * The line is drawn from both callbacks: cancelled comes also while the job
 * waits for a pipe. A job shorter than half a second shows nothing on a
 * terminal. Without a terminal (--progress always) a line a second is printed,
 * and a last one. The line is cleared with blanks, so that any terminal will do.
 */
#include "progress.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

#include "signals.h"
#include "text.h"

#define FIRST_MS 500
#define REDRAW_MS 200
#define LINE_MS 1000
#define LINE_MAX_BYTES 512

static int64_t
now_ms(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* "1:02:03" or "2:03". */
static void
format_time(char *buf, size_t cap, uint64_t seconds)
{
	unsigned h = (unsigned)(seconds / 3600), m = (unsigned)(seconds / 60 % 60);
	unsigned s = (unsigned)(seconds % 60);

	if (seconds > 99 * 3600)
		(void)snprintf(buf, cap, "long");
	else if (h > 0)
		(void)snprintf(buf, cap, "%u:%02u:%02u", h, m, s);
	else
		(void)snprintf(buf, cap, "%u:%02u", m, s);
}

static void
format_line(struct progress *p, int64_t now, char *line, size_t cap)
{
	const struct pli_progress sum = { atomic_load(&p->done), p->total, 1, 1 };
	const struct pli_progress *at = p->several ? &sum : &p->one;
	double seconds = (double)(now - p->began) / 1000;
	double rate = seconds > 0 ? (double)at->done / seconds : 0;
	char done[TEXT_SIZE_MAX], total[TEXT_SIZE_MAX], speed[TEXT_SIZE_MAX], left[16] = "-";
	char pass[32] = "";

	if (at->passes > 1)
		(void)snprintf(pass, sizeof(pass), "pass %u of %u  ", at->pass, at->passes);
	(void)text_size(done, at->done);
	(void)text_size(speed, (uint64_t)rate);
	if (at->total == 0) {
		(void)snprintf(line, cap, "%s%s  %s/s", pass, done, speed);
		return;
	}
	if (rate > 0)
		format_time(left, sizeof(left), (uint64_t)((double)(at->total - at->done) / rate + 0.5));
	(void)snprintf(line, cap, "%s%3.0f%%  %s of %s  %s/s  %s left", pass,
	    100 * (double)at->done / (double)at->total, done, text_size(total, at->total), speed, left);
}

static size_t
columns(void)
{
	struct winsize size;

	if (ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 1)
		return (size_t)size.ws_col - 1; /* the last column would wrap on some */
	return 79;
}

static void
draw(struct progress *p, int64_t now)
{
	char line[LINE_MAX_BYTES];
	size_t len, room;

	format_line(p, now, line, sizeof(line));
	if (!p->on_terminal) {
		text_print(stderr, p->name);
		(void)fprintf(stderr, "  %s\n", line);
		return;
	}
	len = strlen(line); /* ASCII throughout: bytes are columns */
	room = columns();
	if (len > room)
		len = room;
	(void)fprintf(stderr, "\r%.*s%*s", (int)len, line, p->width > len ? (int)(p->width - len) : 0, "");
	(void)fflush(stderr);
	p->width = len;
}

static void
draw_if_due(struct progress *p)
{
	int64_t now;

	if (!p->shown || atomic_flag_test_and_set(&p->drawing))
		return;
	now = now_ms();
	if (now >= p->due) {
		draw(p, now);
		p->due = now + (p->on_terminal ? REDRAW_MS : LINE_MS);
	}
	atomic_flag_clear(&p->drawing);
}

/* Moves the job's part of the sum to done of its weight. */
static void
count(struct progress_job *job, uint64_t done)
{
	if (done > job->counted && done <= job->weight) {
		atomic_fetch_add(&job->all->done, done - job->counted);
		job->counted = done;
	}
}

static void
on_progress(void *arg, const struct pli_progress *at)
{
	struct progress_job *job = arg;
	struct progress *p = job->all;

	if (!p->several) {
		if (at->pass != p->one.pass)
			p->began = now_ms();
		p->one = *at;
	} else if (at->total > 0) { /* content and envelope are not of quite the same length */
		count(job, (uint64_t)((double)job->weight * (double)at->done / (double)at->total));
	} else {
		count(job, at->done);
	}
	draw_if_due(p);
}

static bool
on_cancelled(void *arg)
{
	const struct progress_job *job = arg;

	draw_if_due(job->all);
	return signals_caught() != 0;
}

void
progress_start(struct progress *p, const struct args *args, const char *name)
{
	const char *term = getenv("TERM");

	memset(p, 0, sizeof(*p));
	atomic_flag_clear(&p->drawing);
	p->name = name;
	p->on_terminal = isatty(STDERR_FILENO) && term != NULL && strcmp(term, "dumb") != 0;
	p->shown =
	    !(args->json && args->output != NULL && strcmp(args->output, "-") == 0) && /* stderr has JSON then */
	    (args->progress == PROGRESS_ALWAYS || (args->progress == PROGRESS_AUTO && p->on_terminal && !args->quiet));
	p->began = now_ms();
	p->due = p->began + (p->on_terminal ? FIRST_MS : LINE_MS);
	p->one.pass = 1;
}

void
progress_sum(struct progress *p, uint64_t total)
{
	p->several = true;
	p->total = total;
}

void
progress_join(struct progress_job *job, struct progress *p, uint64_t weight)
{
	*job = (struct progress_job){ p, weight, 0 };
}

struct pli_hooks
progress_hooks(struct progress_job *job)
{
	struct pli_hooks hooks = { on_progress, on_cancelled, job };

	return hooks;
}

void
progress_leave(struct progress_job *job)
{
	count(job, job->weight);
	if (job->all->several)
		draw_if_due(job->all);
}

void
progress_hide(struct progress *p)
{
	if (p->width == 0)
		return;
	(void)fprintf(stderr, "\r%*s\r", (int)p->width, "");
	(void)fflush(stderr);
	p->width = 0;
}

void
progress_stop(struct progress *p)
{
	if (!p->shown)
		return;
	if (!p->on_terminal)
		draw(p, now_ms());
	progress_hide(p);
	p->shown = false;
}

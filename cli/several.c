/*
 * several.c - the operands in their order, a window of them at a time:
 *
 *      weigh all -> (a row of small ones, side by side | one large one) -> report each -> ... -> table -> summary
 *
 * A window ends before a large operand, so what is done is reported soon and in
 * order, and no more results than a window's are in memory.
 */
#include "several.h"

#include <stdlib.h>
#include <string.h>

#include "pli/batch.h"
#include "ends.h"
#include "progress.h"
#include "refuse.h"
#include "signals.h"
#include "weigh.h"

#define LARGE ((uint64_t)8 << 20)
#define WINDOW 256
#define NAME_ROOM 300 /* of the message of an error */

/* What became of one operand of the window. */
struct slot {
	struct pli_error err;
	void *result;
};

struct several {
	const struct run *run;
	const struct several_kind *kind;
	void *arg;
	const struct list *operands;
	uint64_t *weights;
	struct row *rows;
	struct slot *slots; /* of the window */
	size_t first;       /* operand of the window */
	int threads;        /* for each job of the window */
	struct progress progress;
	size_t ok, failed;
	enum pli_status first_failure;
};

/* A pli_batch_job: operand i of the window. */
static void
work(void *arg, size_t i)
{
	struct several *s = arg;
	struct slot *slot = &s->slots[i];
	size_t index = s->first + i;
	uint64_t weight = s->weights[index] != WEIGH_UNKNOWN ? s->weights[index] : 0;
	struct progress_job progress;
	struct job job = { s->run, s->arg, s->operands->items[index], index, s->threads, s->operands->count == 1,
		{ NULL, NULL, NULL } };

	if (signals_caught() != 0) {
		(void)refuse_interrupted(&slot->err);
		return;
	}
	progress_join(&progress, &s->progress, weight);
	job.hooks = progress_hooks(&progress);
	slot->result = calloc(1, s->kind->result_size);
	if (slot->result == NULL)
		(void)refuse_memory(&slot->err);
	else
		(void)s->kind->work(&job, slot->result, &slot->err);
	progress_leave(&progress);
}

/* How many operands, from the first on, are worked on together. */
static size_t
window(const struct several *s)
{
	size_t n = 0;

	while (n < WINDOW && s->first + n < s->operands->count && s->weights[s->first + n] < LARGE)
		n++;
	return n > 0 ? n : 1;
}

static enum pli_status
work_window(struct several *s, size_t n, struct pli_error *err)
{
	int threads = s->run->args->threads;

	s->threads = n == 1 ? threads : 0;
	return pli_batch_run(s->run->pli, n == 1 ? 0 : threads, n, work, s, err);
}

/* One operand's failure is the run's; of several, each is told. */
static void
report_failed(struct several *s, size_t index, const struct pli_error *why)
{
	s->rows[index].state = ROW_FAILED;
	s->rows[index].status = why->status;
	if (s->failed++ == 0)
		s->first_failure = why->status;
	if (s->operands->count > 1)
		say_failed(s->run->say, s->operands->items[index], why);
}

/* Says what failed in front of why, unless why does. Of a name that is too long the end is what tells it from others. */
static void
name_operand(struct pli_error *err, const char *operand)
{
	const char *name = ends_input(operand).name, *slash = strrchr(name, '/');
	struct pli_error why = *err;

	if (strlen(name) > NAME_ROOM && slash != NULL)
		name = slash + 1;
	if (strlen(name) > NAME_ROOM || strstr(why.message, name) != NULL)
		return;
	pli_error_clear(err);
	(void)refuse(err, why.status, why.hint, "%s: %s", name, why.message);
}

static void
report_window(struct several *s, size_t n, struct pli_error *err)
{
	bool alone = s->operands->count == 1;
	size_t i;

	progress_hide(&s->progress);
	for (i = 0; i < n; i++) {
		struct slot *slot = &s->slots[i];
		size_t index = s->first + i;

		if (slot->err.status == PLI_OK) {
			s->ok++;
			s->rows[index].state = ROW_DONE;
			s->kind->report(
			    s->run, s->operands->items[index], slot->result, alone ? NULL : &s->rows[index]);
		} else if (alone || slot->err.status == PLI_ERR_CANCELLED) {
			*err = slot->err;
			if (s->kind->named && err->status != PLI_ERR_CANCELLED)
				name_operand(err, s->operands->items[index]);
		} else {
			report_failed(s, index, &slot->err);
		}
		if (slot->result != NULL)
			s->kind->clear(slot->result);
		free(slot->result);
		*slot = (struct slot){ .result = NULL };
	}
}

static void
begin(struct several *s)
{
	const char *name = ends_input(s->operands->items[0]).name;
	uint64_t total = 0;
	size_t i;

	progress_start(&s->progress, s->run->args, s->operands->count == 1 ? name : "all");
	if (s->operands->count == 1) {
		s->weights[0] = WEIGH_UNKNOWN;
		return;
	}
	for (i = 0; i < s->operands->count; i++) {
		s->weights[i] = weigh(s->operands->items[i]);
		total =
		    s->weights[i] != WEIGH_UNKNOWN && total != WEIGH_UNKNOWN ? total + s->weights[i] : WEIGH_UNKNOWN;
	}
	progress_sum(&s->progress, total != WEIGH_UNKNOWN ? total : 0);
}

/* What was done before a signal stays: only the one that it came in the middle of left nothing. */
static void
tell_done(const struct several *s, struct pli_error *err)
{
	if (err->status != PLI_ERR_CANCELLED || s->ok == 0)
		return;
	pli_error_clear(err);
	(void)refuse(err, PLI_ERR_CANCELLED, NULL,
	    "interrupted: %zu of %zu were done; nothing is left behind of the others", s->ok, s->operands->count);
}

static enum pli_status
finish(const struct several *s, struct pli_error *err)
{
	if (s->operands->count > 1 && s->kind->done != NULL)
		table_print(s->run->say, s->kind->done, s->rows, s->operands);
	tell_done(s, err);
	if (err->status != PLI_OK)
		return err->status;
	say_summary(s->run->say, s->ok, s->failed);
	return s->failed > 0 && s->ok > 0 ? PLI_ERR_PARTIAL : s->first_failure;
}

enum pli_status
several_run(const struct run *run, const struct several_kind *kind, void *arg, const struct list *operands,
    struct pli_error *err)
{
	struct several s = { .run = run, .kind = kind, .arg = arg, .operands = operands };
	enum pli_status status;
	size_t n;

	s.weights = calloc(operands->count, sizeof(*s.weights));
	s.rows = calloc(operands->count, sizeof(*s.rows));
	s.slots = calloc(WINDOW, sizeof(*s.slots));
	if (s.weights == NULL || s.rows == NULL || s.slots == NULL) {
		status = refuse_memory(err);
	} else {
		begin(&s);
		for (; s.first < operands->count && err->status == PLI_OK; s.first += n) {
			n = window(&s);
			if (work_window(&s, n, err) != PLI_OK)
				break;
			/* Its last line is about the work: it stands before what is said of it. */
			if (s.first + n == operands->count)
				progress_stop(&s.progress);
			report_window(&s, n, err);
		}
		progress_stop(&s.progress);
		status = finish(&s, err);
	}
	free(s.weights);
	free(s.rows);
	free(s.slots);
	return status;
}

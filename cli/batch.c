/*
 * batch.c - counts what succeeded and what failed.
 */
#include "batch.h"

#include "refuse.h"
#include "signals.h"

enum pli_status
batch_run(const struct run *run, batch_one *one, void *arg, struct pli_error *err)
{
	const struct list *files = &run->args->operands;
	enum pli_status first = PLI_OK;
	size_t i, ok = 0, failed = 0;

	for (i = 0; i < files->count; i++) {
		struct pli_error why = { 0 };
		enum pli_status status;

		if (signals_caught() != 0)
			return refuse_interrupted(err);
		status = one(run, arg, files->items[i], &why);
		if (status == PLI_OK) {
			ok++;
			continue;
		}
		if (files->count == 1 || status == PLI_ERR_CANCELLED) {
			*err = why;
			return status;
		}
		say_failed(run->say, files->items[i], &why);
		if (failed++ == 0)
			first = status;
	}
	say_summary(run->say, ok, failed);
	return failed > 0 && ok > 0 ? PLI_ERR_PARTIAL : first;
}

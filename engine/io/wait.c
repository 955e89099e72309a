/* wait.c - poll with a short time-out: a signal that comes just before the system call is still noticed. */
#include "wait.h"

#include <errno.h>
#include <poll.h>

#define PERIOD_MS 200

enum pli_status
wait_cancelled(const struct pli_hooks *hooks, struct pli_error *err)
{
	if (hooks->cancelled != NULL && hooks->cancelled(hooks->arg))
		return fail(err, PLI_ERR_CANCELLED, "interrupted; nothing is left behind");
	return PLI_OK;
}

static enum pli_status
wait_for(int fd, short events, const struct pli_hooks *hooks, struct pli_error *err)
{
	struct pollfd p = { .fd = fd, .events = events };
	enum pli_status rc;
	int n;

	for (;;) {
		/* also where bytes trickle in, and poll never times out */
		if ((rc = wait_cancelled(hooks, err)) != PLI_OK)
			return rc;
		n = poll(&p, 1, PERIOD_MS);
		if (n > 0)
			return PLI_OK; /* an error or a hang-up too: the call that follows says which */
		if (n < 0 && errno != EINTR && errno != EAGAIN)
			return fail_errno(err, PLI_ERR_IO, errno, "cannot wait for a pipe");
	}
}

enum pli_status
wait_readable(int fd, const struct pli_hooks *hooks, struct pli_error *err)
{
	return wait_for(fd, POLLIN, hooks, err);
}

enum pli_status
wait_writable(int fd, const struct pli_hooks *hooks, struct pli_error *err)
{
	return wait_for(fd, POLLOUT, hooks, err);
}

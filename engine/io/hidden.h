#ifndef PLI_HIDDEN_H
#define PLI_HIDDEN_H

/*
 * hidden.h - the names of what is not complete: ".pli-" and 16 hex digits, ours alone (mode 0600 or 0700), locked with
 * flock while somebody works on it. A folder holds nothing but one of the same name, and that is the one that is filled:
 * nobody else can have made it.
 */

#include <sys/types.h>

#include "bytes.h"

#define HIDDEN_CAP 22

/* How an output comes to be: what stage_new and folder_new have in common. */
struct hidden_how {
	bool replace; /* a file of its name */
	bool no_sync;
	bool
	    no_sweep; /* what killed runs left in the same folder stays: of many outputs there, the first sweeps for all */
};

/* hidden_is: is this one of these names? */
bool hidden_is(const char *name);

/* hidden_name writes a random one to out. Returns false, with errno set, where there are no random bytes. */
bool hidden_name(char out[HIDDEN_CAP]);

/*
 * hidden_hold locks what was just made under such a name. Returns false, with errno set, where a sweeper came between the name
 * and the lock: it is gone, or will be.
 */
bool hidden_hold(int fd);

/*
 * hidden_sweep removes, from an open folder, the hidden entries that killed runs left: ours by owner, and locked by no one.
 */
void hidden_sweep(int folder);

/*
 * hidden_remove removes a hidden folder, which is open as fd: the one of the same name in it with all that is there, and
 * then itself if nothing else is left. What others gave such a name stays as it is; so does what is mounted there.
 */
void hidden_remove(int folder, const char *name, int fd);

/* hidden_umask is the process's umask, which is not changed for other threads to see it; 077 where it cannot be read. */
mode_t hidden_umask(void);

#endif

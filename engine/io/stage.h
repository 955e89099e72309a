#ifndef PLI_STAGE_H
#define PLI_STAGE_H

/*
 * stage.h - a file that is nowhere until it is complete.
 *
 *      stage_new -> stage_write, or write to stage_fd -> stage_commit -> stage_free
 *      stage_new -> stage_free                                       aborted: nothing is left
 *
 * The file has no name while it is written (O_TMPFILE) or, where the file system cannot do that, a hidden one (".pli-"
 * and 16 hex digits, mode 0600, locked). A killed run leaves at most that; stage_new removes those in the same folder that
 * are nobody's: ours by owner, and locked by no one.
 */

#include "bytes.h"
#include "hidden.h"

struct stage;

/*
 * stage_new prepares path, which must not exist unless how.replace is set, and then must be a regular file. Fails with
 * PLI_ERR_EXISTS, PLI_ERR_IO.
 */
enum pli_status stage_new(
    struct stage **out, const char *path, struct hidden_how how, struct pli_error *err) PLI_MUST_CHECK;

int stage_fd(const struct stage *s);

/* stage_write appends bytes. Fails with PLI_ERR_IO. */
enum pli_status stage_write(struct stage *s, struct view bytes, struct pli_error *err) PLI_MUST_CHECK;

/* stage_private makes the file its owner's alone (mode 0600), whatever the umask. Fails with PLI_ERR_IO. */
enum pli_status stage_private(struct stage *s, struct pli_error *err) PLI_MUST_CHECK;

/* stage_guard lets nobody but its owner change the file (mode 0644 at most), whatever the umask. Fails with PLI_ERR_IO. */
enum pli_status stage_guard(struct stage *s, struct pli_error *err) PLI_MUST_CHECK;

/*
 * stage_commit syncs the file, gives it its name, with the permissions that the umask leaves, and syncs the folder. Fails
 * with PLI_ERR_EXISTS if the name was taken meanwhile (never replacing unless asked to), PLI_ERR_IO: then the name is as
 * it was, but for the message that says otherwise (the very last sync).
 */
enum pli_status stage_commit(struct stage *s, struct pli_error *err) PLI_MUST_CHECK;

/*
 * stage_withdraw takes back the name that stage_commit gave, if it is still this file's, and says whether it did: another one
 * could not be committed, or the folder could not be synced.
 */
bool stage_withdraw(struct stage *s);

/* stage_free removes what was not committed. NULL is fine. */
void stage_free(struct stage *s);

#endif

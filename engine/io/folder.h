#ifndef PLI_FOLDER_H
#define PLI_FOLDER_H

/*
 * folder.h - a folder that is nowhere until it is complete.
 *
 *      folder_new -> make entries below folder_fd -> folder_commit -> folder_free
 *      folder_new -> folder_free                              aborted: nothing is left
 *
 * While it is filled it is in a hidden folder (hidden.h) of mode 0700, locked, beside its final place.
 */

#include "bytes.h"
#include "hidden.h"

struct folder;

/*
 * folder_new prepares parent/name, which must not exist; with how.replace a regular file may be there, which only
 * folder_commit minds: until then it can turn out that no folder is wanted. parent is made if it is not there; if so it is
 * removed again, when it is empty, unless something is committed. It removes what killed runs left in parent (stage.h). Fails
 * with PLI_ERR_EXISTS, PLI_ERR_IO.
 */
enum pli_status folder_new(struct folder **out, const char *parent, const char *name, struct hidden_how how,
    struct pli_error *err) PLI_MUST_CHECK;

int folder_fd(const struct folder *f);

/*
 * folder_commit syncs all that is in the folder, gives it its name, never replacing, and syncs the parent. Fails as
 * stage_commit does: with PLI_ERR_IO, too, where somebody else put another folder in its place.
 */
enum pli_status folder_commit(struct folder *f, struct pli_error *err) PLI_MUST_CHECK;

/* folder_keep says that something else was put in the parent: it stays. */
void folder_keep(struct folder *f);

/* folder_free removes what was not committed. NULL is fine. */
void folder_free(struct folder *f);

#endif

/*
 * canary.c - what an archive may not do, it could only do beside the folder that it is opened into, or by leaving something
 * there: root holds the canary and that folder, and is where temporary files go.
 */
#include "canary.h"

#include <dirent.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fuzz.h"
#include "pli/tree.h"

static char root[64];

static int
remove_one(const char *path, const struct stat *st, int type, struct FTW *at)
{
	(void)type;
	if (S_ISDIR(st->st_mode) && at->level > 0)
		(void)rmdir(path);
	else if (at->level > 0)
		(void)unlink(path);
	return 0;
}

static int
make_passable(const char *path, const struct stat *st, int type, struct FTW *at)
{
	(void)type;
	(void)at;
	if (S_ISDIR(st->st_mode))
		(void)chmod(path, 0700);
	return 0;
}

static size_t
entries(const char *path)
{
	DIR *d = opendir(path);
	struct dirent *e;
	size_t n = 0;

	fuzz_check(d != NULL);
	while ((e = readdir(d)) != NULL)
		n += strcmp(e->d_name, ".") != 0 && strcmp(e->d_name, "..") != 0;
	(void)closedir(d);
	return n;
}

static void
leave(void)
{
	char path[128];

	(void)snprintf(path, sizeof(path), "%s/canary", root);
	(void)unlink(path);
	(void)snprintf(path, sizeof(path), "%s/out", root);
	(void)rmdir(path);
	(void)rmdir(root);
}

/* root/canary must stay, root/out is where archives are opened. */
static void
begin(void)
{
	const char *shm = access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp";
	char path[128];
	int fd;

	(void)snprintf(root, sizeof(root), "%s/pli-fuzz-XXXXXX", shm);
	fuzz_check(mkdtemp(root) != NULL && atexit(leave) == 0 && setenv("TMPDIR", root, 1) == 0);
	(void)snprintf(path, sizeof(path), "%s/canary", root);
	fuzz_check((fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600)) >= 0);
	fuzz_check(write(fd, "tweet", 5) == 5 && close(fd) == 0);
}

static void
canary_lives(void)
{
	char path[128], text[16];
	int fd;

	(void)snprintf(path, sizeof(path), "%s/canary", root);
	fuzz_check((fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW)) >= 0);
	fuzz_check(read(fd, text, sizeof(text)) == 5 && memcmp(text, "tweet", 5) == 0 && close(fd) == 0);
}

void
canary_open(const uint8_t *data, size_t len, bool unzip)
{
	static uint8_t envelope[2 << 20];
	const struct pli_key *key = fuzz_key();
	struct pli_seal_options sealing = PLI_SEAL_DEFAULTS;
	struct pli_tree_open_options opening = PLI_TREE_OPEN_DEFAULTS;
	struct pli_input in = pli_input_memory(data, len, "input");
	struct pli_output sealed_to = pli_output_memory(envelope, sizeof(envelope), "envelope");
	struct pli_tree_opened opened;
	struct pli_sealed sealed;
	struct pli_error err = { 0 };
	enum pli_status listed, rc;
	char out[128];

	if (root[0] == '\0')
		begin();
	if (len > sizeof(envelope) / 2)
		return;
	(void)snprintf(out, sizeof(out), "%s/out", root);
	sealing.threads = opening.open.threads = 0;
	sealing.allow_nested = true;
	opening.no_sync = true;
	opening.unzip = unzip;
	opening.limits.max_size = 4 << 20;
	opening.limits.max_files = 100;
	fuzz_check(pli_seal(fuzz_pli(), fuzz_certs(), &in, &sealed_to, &sealing, &sealed, &err) == PLI_OK);
	in = pli_input_memory(envelope, (size_t)sealed.bytes, "envelope");
	listed = pli_tree_list(fuzz_pli(), &key, 1, &in, &opening, NULL, &err);
	err = (struct pli_error){ 0 };
	rc = pli_tree_open(fuzz_pli(), &key, 1, &in, out, "bid", &opening, &opened, &err);
	fuzz_check(rc == err.status && rc == listed);
	canary_lives();
	fuzz_check(entries(root) == (rc == PLI_OK ? 2 : 1));
	if (rc == PLI_OK) {
		fuzz_check(entries(out) == 1);
		(void)nftw(out, make_passable, 16, FTW_PHYS);
		(void)nftw(out, remove_one, 16, FTW_PHYS | FTW_DEPTH);
		fuzz_check(rmdir(out) == 0);
	}
}

/* Key pairs that are made, saved, read back and opened with; and what saving refuses, leaving nothing. */
#include "suite.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "pkcs12_write.h"
#include "registers.h"

#define PASSPHRASE "lusab-babad gutih!"

static struct pli_key *
new_pair(enum pli_pair_type type, const struct pli_key *authority)
{
	struct pli_pair_options options = { .type = type, .cn = "Test Key", .authority = authority };
	struct pli_error err = { 0 };
	struct pli_key *key;

	check_ok(pli_pair_new(&key, support_pli(), &options, &err), err);
	return key;
}

/* One bit of what is written first is another on the disk, if there is a bit like that (see --wrap in CMakeLists.txt). */
static int spoiled_bit = -1;

ssize_t __real_write(int fd, const void *p, size_t len);
ssize_t __wrap_write(int fd, const void *p, size_t len);

ssize_t
__wrap_write(int fd, const void *p, size_t len)
{
	size_t at = (size_t)spoiled_bit / 8;
	uint8_t copy[4096];

	if (spoiled_bit < 0)
		return __real_write(fd, p, len);
	check(len <= sizeof(copy));
	memcpy(copy, p, len);
	copy[at < len ? at : len - 1] ^= (uint8_t)(1 << spoiled_bit % 8);
	spoiled_bit = -1;
	return __real_write(fd, copy, len);
}

/* What is made as the file, and comes to the disk as it is, is of this key, or under this passphrase. */
static const struct pli_key *key_instead;
static const char *passphrase_instead;

enum pli_status __real_pkcs12_write(struct pli *pli, const struct pli_key *key, const struct pli_pair_file *file,
    struct buf *der, struct pli_error *err);
enum pli_status __wrap_pkcs12_write(struct pli *pli, const struct pli_key *key, const struct pli_pair_file *file,
    struct buf *der, struct pli_error *err);

enum pli_status
__wrap_pkcs12_write(struct pli *pli, const struct pli_key *key, const struct pli_pair_file *file, struct buf *der,
    struct pli_error *err)
{
	struct pli_pair_file other = *file;

	if (passphrase_instead != NULL) {
		other.passphrase = passphrase_instead;
		other.passphrase_len = strlen(passphrase_instead);
	}
	return __real_pkcs12_write(pli, key_instead != NULL ? key_instead : key, &other, der, err);
}

/* P-256, which is quick; made once. */
static const struct pli_key *
quick(void)
{
	static struct pli_key *key;

	if (key == NULL)
		key = new_pair(PLI_PAIR_P_256, NULL);
	return key;
}

static struct pli_pair_file
file_at(const char *path)
{
	return (struct pli_pair_file){ .path = path,
		.name = "Clé de secours",
		.profile = PLI_PAIR_MODERN,
		.passphrase = PASSPHRASE,
		.passphrase_len = strlen(PASSPHRASE),
		.no_sync = true };
}

static enum pli_status
answer(void *arg, const char *name, unsigned attempt, char *buf, size_t cap, size_t *len, struct pli_error *err)
{
	const char *text = arg;

	(void)name;
	(void)err;
	check(strlen(text) <= cap);
	memcpy(buf, text, strlen(text));
	*len = strlen(text);
	return attempt == 0 ? PLI_OK : PLI_ERR_PASSPHRASE;
}

static enum pli_status
load(const char *path, const char *passphrase, struct pli_key **key)
{
	char text[1100];
	struct buf bytes = { 0 };
	enum pli_status rc;

	(void)snprintf(text, sizeof(text), "%s", passphrase);
	support_read(path, &bytes);
	rc = pli_key_new(key, support_pli(), bytes.p, bytes.len, path, NULL, answer, text, NULL);
	buf_clear(&bytes);
	return rc;
}

static enum pli_status
challenge(const struct pli_key *certificate, const struct pli_key *key, struct pli_opened *how)
{
	struct pli_error err = { 0 };
	struct pli_certs *certs;
	enum pli_status rc;

	check_ok(pli_certs_new(&certs, support_pli(), &err), err);
	check_ok(pli_certs_add_key(certs, certificate, &err), err);
	rc = pli_pair_challenge(support_pli(), certs, 0, key, how, &err);
	check(rc == err.status && (rc == PLI_OK || err.message[0] != '\0'));
	pli_certs_free(certs);
	return rc;
}

/* Every type in every profile that holds it: mode 0600 whatever the umask, nothing else in the folder, and it opens. */
static void
saved_and_opened(void)
{
	static const struct {
		enum pli_pair_type type;
		enum pli_pair_profile profile;
		const char *algorithm;
	} cases[] = { { PLI_PAIR_RSA_3072, PLI_PAIR_MODERN, "rsa-3072" },
		{ PLI_PAIR_RSA_3072, PLI_PAIR_COMPATIBLE, "rsa-3072" },
		{ PLI_PAIR_RSA_4096, PLI_PAIR_MODERN, "rsa-4096" },
		{ PLI_PAIR_RSA_4096, PLI_PAIR_COMPATIBLE, "rsa-4096" }, { PLI_PAIR_P_256, PLI_PAIR_MODERN, "P-256" },
		{ PLI_PAIR_P_384, PLI_PAIR_MODERN, "P-384" } };
	static const mode_t masks[] = { 0, 0777, 022 };
	const char *path = support_path("pair.p12");
	struct pli_key *key, *read;
	struct pli_error err;
	struct pli_cert_info info;
	struct pli_opened how;
	struct stat st;
	size_t i;
	mode_t mask;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct pli_pair_file file = file_at(path);

		err = (struct pli_error){ 0 };
		file.profile = cases[i].profile;
		file.no_sync = i % 2 == 0;
		key = new_pair(cases[i].type, NULL);
		mask = umask(masks[i % 3]);
		check_ok(pli_pair_save(support_pli(), key, &file, &err), err);
		(void)umask(mask);
		check(stat(path, &st) == 0 && (st.st_mode & 07777) == 0600 && st.st_nlink == 1);
		check(support_entries() == 1);
		check(load(path, "wrong", &read) == PLI_ERR_PASSPHRASE && read == NULL);
		check(load(path, PASSPHRASE, &read) == PLI_OK && !pli_key_legacy(read));
		pli_key_info(read, &info);
		check(strcmp(info.algorithm, cases[i].algorithm) == 0 && strcmp(info.cn, "Test Key") == 0);
		check(challenge(key, read, &how) == PLI_OK && how.authenticated && how.content_bytes > 0);
		check(strcmp(how.container, "AuthEnvelopedData") == 0 && strcmp(how.cipher, "aes-256-gcm") == 0);
		check(unlink(path) == 0);
		pli_key_free(read);
		pli_key_free(key);
	}
}

/* What exists is not replaced, not even by a file without a name that took long to write. */
static void
never_replaced(void)
{
	const char *path = support_path("there.p12");
	struct pli_pair_file file = file_at(path);
	struct pli_error err = { 0 };
	struct buf bytes = { 0 };

	support_write(path, view_of("mine", 4));
	check(pli_pair_save(support_pli(), quick(), &file, &err) == PLI_ERR_EXISTS && err.hint[0] != '\0');
	support_read(path, &bytes);
	check(view_equal(buf_view(&bytes), view_of("mine", 4)) && support_entries() == 1);
	check(unlink(path) == 0 && symlink("nowhere", path) == 0);
	check(pli_pair_save(support_pli(), quick(), &file, NULL) == PLI_ERR_EXISTS && support_entries() == 1);
	check(unlink(path) == 0);
	file.path = support_path("no-folder/x.p12");
	check(pli_pair_save(support_pli(), quick(), &file, NULL) == PLI_ERR_IO && support_entries() == 0);
	buf_clear(&bytes);
}

static enum pli_status
save_with(const char *passphrase, size_t len, struct pli_error *err)
{
	const char *path = support_path("passphrase.p12");
	struct pli_pair_file file = file_at(path);
	enum pli_status rc;

	*err = (struct pli_error){ 0 };
	file.passphrase = passphrase;
	file.passphrase_len = len;
	rc = pli_pair_save(support_pli(), quick(), &file, err);
	check(rc == err->status && support_exists(path) == (rc == PLI_OK));
	check(rc == PLI_OK || err->message[0] != '\0');
	check(len < 4 || strstr(err->message, passphrase) == NULL);
	return rc;
}

/* Only what every store accepts; the reason is said, the passphrase is not. */
static void
passphrases(void)
{
	static const char *const wrong[] = { "accentué", "tab\there", "line\n", "\x7f", "\xff", "€", "\x01" };
	char longest[1026];
	struct pli_error err;
	struct pli_key *key;
	size_t i;

	for (i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		check(save_with(wrong[i], strlen(wrong[i]), &err) == PLI_ERR_PASSPHRASE);
		check(strstr(err.message, "ASCII") != NULL && err.hint[0] != '\0');
	}
	check(save_with("", 0, &err) == PLI_ERR_PASSPHRASE);
	check(save_with("a\0b", 3, &err) == PLI_ERR_PASSPHRASE);
	memset(longest, '~', sizeof(longest));
	longest[1025] = '\0';
	check(save_with(longest, 1025, &err) == PLI_ERR_PASSPHRASE);
	check(support_entries() == 0);
	longest[1024] = '\0';
	check(save_with(longest, 1024, &err) == PLI_OK);
	check(load(support_path("passphrase.p12"), longest, &key) == PLI_OK);
	pli_key_free(key);
	check(unlink(support_path("passphrase.p12")) == 0);
	/* what stands behind it is not part of it, and one character is enough */
	check(save_with(" x", 1, &err) == PLI_OK);
	check(load(support_path("passphrase.p12"), " ", &key) == PLI_OK);
	pli_key_free(key);
	check(unlink(support_path("passphrase.p12")) == 0);
}

static void
names_and_profiles(void)
{
	static const char *const wrong[] = { "", "\xc3", "a\nb", "\xe2\x80\xae" };
	const char *path = support_path("name.p12");
	struct pli_pair_file file = file_at(path);
	struct pli_error err = { 0 };
	char name[4 * 129 + 1] = "";
	size_t i;

	for (i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		file.name = wrong[i];
		check(pli_pair_save(support_pli(), quick(), &file, NULL) == PLI_ERR_USAGE);
	}
	for (i = 0; i < 129; i++)
		(void)strcat(name, "\xf0\x9f\x94\x91"); /* beyond what a BMPString holds in one unit */
	file.name = name;
	check(pli_pair_save(support_pli(), quick(), &file, NULL) == PLI_ERR_USAGE);
	file.profile = PLI_PAIR_COMPATIBLE;
	file.name = NULL;
	check(pli_pair_save(support_pli(), quick(), &file, &err) == PLI_ERR_CERTIFICATE);
	check(strstr(err.message, "RSA") != NULL && err.hint[0] != '\0');
	file.profile = (enum pli_pair_profile)7;
	check(pli_pair_save(support_pli(), quick(), &file, NULL) == PLI_ERR_USAGE);
	check(support_entries() == 0);
	file.profile = PLI_PAIR_MODERN;
	check_ok(pli_pair_save(support_pli(), quick(), &file, (err = (struct pli_error){ 0 }, &err)), err);
	check(unlink(path) == 0);
	name[(size_t)4 * 128] = '\0';
	file.name = name;
	check_ok(pli_pair_save(support_pli(), quick(), &file, &err), err);
	check(unlink(path) == 0);
}

/* A disk that is full after n bytes: every length that the file can be cut to. */
static void
full_disk(void)
{
	const char *path = support_path("full.p12");
	struct pli_pair_file file = file_at(path);
	struct pli_error err = { 0 };
	const struct pli_key *key = quick();
	rlim_t limit;
	pid_t pid;
	int status;

	for (limit = 0; limit < 1100; limit += 137) {
		check((pid = fork()) >= 0);
		if (pid == 0) {
			const struct rlimit few = { limit, limit };

			(void)signal(SIGXFSZ, SIG_IGN);
			if (setrlimit(RLIMIT_FSIZE, &few) != 0)
				_exit(1);
			_exit(pli_pair_save(support_pli(), key, &file, &err) == PLI_ERR_IO && err.message[0] != '\0'
				  ? 0
				  : 2);
		}
		check(waitpid(pid, &status, 0) == pid && WIFEXITED(status) && WEXITSTATUS(status) == 0);
		check(support_entries() == 0);
	}
}

/* The disk keeps something else than it was given, anywhere: that is found out before the file has its name. */
static void
spoiled_on_the_disk(void)
{
	static const int bits[] = { 0, 8 * 300 + 7, 8 * 4096 };
	struct pli_pair_file file = file_at(support_path("spoiled.p12"));
	struct pli_error err;
	size_t i;

	file.cert_path = support_path("spoiled.pem");
	for (i = 0; i < 2 * sizeof(bits) / sizeof(bits[0]); i++) {
		err = (struct pli_error){ 0 };
		file.no_sync = i % 2 == 0;
		spoiled_bit = bits[i / 2];
		check(pli_pair_save(support_pli(), quick(), &file, &err) == PLI_ERR_IO);
		check(spoiled_bit < 0 && strstr(err.message, "not what was written") != NULL && err.hint[0] != '\0');
		check(support_entries() == 0);
	}
}

/* What was read back is as it was written, but does not open what is sealed to the certificate: it gets no name, either. */
static void
another_key_in_the_file(void)
{
	struct pli_key *other = new_pair(PLI_PAIR_P_256, NULL);
	struct pli_pair_file file = file_at(support_path("other.p12"));
	struct pli_error err;
	int i;

	file.cert_path = support_path("other.pem");
	for (i = 0; i < 2; i++) {
		err = (struct pli_error){ 0 };
		key_instead = i == 0 ? other : NULL;
		passphrase_instead = i == 0 ? NULL : "another passphrase";
		check(pli_pair_save(support_pli(), quick(), &file, &err) == PLI_ERR_IO);
		check(strstr(err.message, "that was read back") != NULL && strstr(err.message, "not open") != NULL);
		check(support_entries() == 0);
	}
	key_instead = NULL;
	passphrase_instead = NULL;
	pli_key_free(other);
}

/* Neither is such a key active in a register: nothing is sealed to it. */
static void
never_active(void)
{
	const struct pli_register_place place = { "S", "Anne", PLI_ROLE_PERSONAL };
	const struct pli_register_query active = { NULL, NULL, false };
	const struct pli_pair_options pair = { .type = PLI_PAIR_P_256 };
	const char *path = support_path("pair.db"), *p12 = support_path("pair.p12");
	struct pli_pair_file file = register_file(p12);
	struct pli_error err = { 0 };
	struct pli_register *reg;
	int turn, count;

	check_ok(pli_register_open(&reg, support_pli(), path, PLI_REGISTER_CREATE, "test", &err), err);
	for (turn = 0; turn < 3; turn++) {
		spoiled_bit = turn == 0 ? 8 * 300 : -1;
		key_instead = turn == 1 ? quick() : NULL;
		err = (struct pli_error){ 0 };
		check(pli_register_generate(reg, &place, &pair, &file, NULL, &err) == (turn < 2 ? PLI_ERR_IO : PLI_OK));
		check(support_exists(p12) == (turn == 2));
		count = 0;
		check_ok(pli_register_keys(reg, &active, register_count_key, &count, &err), err);
		check(count == (turn == 2 ? 1 : 0));
	}
	pli_register_free(reg);
	check(unlink(p12) == 0 && unlink(path) == 0);
}

static void
challenges(void)
{
	struct pli_pair_options options = { .type = PLI_PAIR_P_256, .cn = "old", .days = 1, .now = 1000000000 };
	struct pli_key *other = new_pair(PLI_PAIR_P_384, NULL), *old;
	struct pli_error err = { 0 };
	struct pli_certs *certs;

	check(challenge(quick(), quick(), NULL) == PLI_OK);
	check(challenge(quick(), other, NULL) == PLI_ERR_NO_RECIPIENT);
	/* expiry keeps nobody from opening */
	check_ok(pli_pair_new(&old, support_pli(), &options, &err), err);
	check(challenge(old, old, NULL) == PLI_OK);
	check_ok(pli_certs_new(&certs, support_pli(), &err), err);
	check(pli_pair_challenge(support_pli(), certs, 0, old, NULL, &err) == PLI_ERR_USAGE);
	pli_certs_free(certs);
	pli_key_free(old);
	pli_key_free(other);
}

static void
generated_passphrases(void)
{
	char a[PLI_PAIR_PASSPHRASE_CAP], b[PLI_PAIR_PASSPHRASE_CAP];
	unsigned seen[26] = { 0 };
	struct pli_error err = { 0 };
	size_t len, i, n;

	for (n = 0; n < 500; n++) {
		check_ok(pli_pair_passphrase(support_pli(), a, &len, &err), err);
		check(len == strlen(a) && len == 7 * 6 - 1);
		for (i = 0; i < len; i++)
			if (i % 6 == 5)
				check(a[i] == '-');
			else if (i % 6 % 2 == 1)
				check(strchr("aiou", a[i]) != NULL);
			else {
				check(strchr("bdfghjklmnprstvz", a[i]) != NULL);
				seen[a[i] - 'a']++;
			}
		check(n == 0 || strcmp(a, b) != 0);
		memcpy(b, a, sizeof(a));
	}
	/* each of 16 consonants about 656 times of 10,500; a standard deviation is 25 */
	for (i = 0; i < 26; i++)
		check(strchr("bdfghjklmnprstvz", (int)i + 'a') == NULL ? seen[i] == 0 : seen[i] > 450 && seen[i] < 860);
	check(save_with(a, len, &err) == PLI_OK && unlink(support_path("passphrase.p12")) == 0);
}

/* At whatever moment it is cancelled, nothing is left; and it is asked before the slow steps and at the end. */
static void
cancelled(void)
{
	const char *path = support_path("cancelled.p12");
	struct pli_pair_file file = file_at(path);
	struct register_cancel c = { 0 };
	enum pli_status rc;

	file.cert_path = support_path("cancelled.pem");
	for (;; c.at++) {
		c.asked = 0;
		file.hooks = (struct pli_hooks){ .cancelled = register_cancel_at, .arg = &c };
		if ((rc = pli_pair_save(support_pli(), quick(), &file, NULL)) == PLI_OK)
			break;
		check(rc == PLI_ERR_CANCELLED && c.asked == c.at + 1 && support_entries() == 0);
	}
	check(c.at == 3 && c.asked == 3 && unlink(path) == 0 && unlink(file.cert_path) == 0);
}

#define TESTS(T, S)                                                                                                    \
	T(S, saved_and_opened)                                                                                         \
	T(S, never_replaced)                                                                                           \
	T(S, passphrases)                                                                                              \
	T(S, names_and_profiles)                                                                                       \
	T(S, full_disk)                                                                                                \
	T(S, spoiled_on_the_disk)                                                                                      \
	T(S, another_key_in_the_file)                                                                                  \
	T(S, never_active)                                                                                             \
	T(S, challenges)                                                                                               \
	T(S, generated_passphrases)                                                                                    \
	T(S, cancelled)
SUITE(pair, TESTS)

#!/usr/bin/env bash
# What stands beside a register, where SQLite keeps a part of it: only SQLite's own, of the register's owner, is taken for it.
. "$(dirname "$0")/lib.sh"

printf 'a passphrase\n' >pw
run 0 pli keys generate --register r.db --service S --name A --type p256 --role backup --p12 a.p12 --passout file:pw
cp r.db sound.db
content bid 1000

# A file that is no journal is not played back, and stays; so does one that is called like one.
for end in -journal -wal; do
	run 0 pli seal -q --raw -r "$K/p256.pem" -o "r.db$end" bid
	cp "r.db$end" kept
	refuse 16 keys list --register r.db
	stderr_has "r.db$end"
	stderr_has 'hint:'
	refuse 16 seal --register r.db --service S -o x.pli bid
	refuse 16 keys retire --register r.db --service S A
	run 0 cmp kept "r.db$end"
	run 0 cmp sound.db r.db
	rm "r.db$end"
	mkfifo "r.db$end"
	refuse 16 keys list --register r.db
	rm "r.db$end"
	printf x >"r.db$end"
	ln "r.db$end" other
	refuse 16 keys list --register r.db
	rm "r.db$end" other
done

# A journal that names another file, which SQLite would delete.
printf keep >victim
{
	printf '\331\325\005\371\040\241\143\327'
	head -c 504 /dev/zero
	printf '%s/victim' "$PWD"
	head -c 8 /dev/zero
	printf '\331\325\005\371\040\241\143\327'
} >r.db-journal
refuse 16 keys list --register r.db
stderr_has 'names another file'
run 0 test -e victim
rm r.db-journal

# Somebody else's, in a folder that everybody may write to.
if [ "$(id -u)" -eq 0 ] && command -v setpriv >/dev/null; then
	mkdir -m 1777 shared
	chmod 711 . ..
	cp -p r.db shared/
	printf '\331\325\005\371\040\241\143\327' >foreign
	chmod 644 foreign
	for end in -journal -wal -shm; do
		cp foreign "shared/r.db$end"
		chown 65534 "shared/r.db$end"
		refuse 16 keys list --register shared/r.db
		stderr_has "somebody else's"
		rm "shared/r.db$end"
	done
fi
run 0 pli keys list --register r.db
run 0 cmp sound.db r.db

# A register with a second name is not opened: what SQLite keeps beside one name is not beside the other.
ln r.db other.db
refuse 16 keys list --register r.db
stderr_has "hard links"
refuse 16 keys list --register other.db
rm other.db
run 0 pli keys list --register r.db

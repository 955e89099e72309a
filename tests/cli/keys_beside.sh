#!/usr/bin/env bash
# What stands beside a register, where SQLite keeps a part of it: only SQLite's own, of the register's owner, is taken for it.
. "$(dirname "$0")/lib.sh"

printf 'a passphrase\n' >pw
run 0 pli keys generate --register r.db --service S --name A --type p256 --role backup --p12 a.p12 --passout file:pw
cp r.db sound.db
content bid 1000

# A file that is no journal is not played back, and stays; so does one that is called like one.
# The names of those files are kept, by any path, whether they are there or not, with --force or without.
mkdir folder
ln -s "$PWD" folder/back
ln -s ../r.db folder/link.db
for end in -journal -wal -shm; do
	refuse 15 keys export --register r.db --service S --force -o "r.db$end"
	for there in no yes; do
		[ "$there" = no ] || : >"r.db$end"
		for name in "r.db$end" "./r.db$end" "$PWD/r.db$end" "folder/back/r.db$end"; do
			refuse 15 seal --register r.db --service S --force -o "$name" bid
			stderr_has "is a part of the register"
			refuse 15 seal --register folder/link.db --service S --force -o "$name" bid
		done
		refuse 15 seal --register r.db --service S -o "r.db$end" bid
	done
	ln -s "r.db$end" to
	refuse 15 seal --register r.db --service S --force -o to bid
	rm "r.db$end" to
	run 0 pli seal -q --raw -r "$K/p256.pem" -o "r.db$end.pli" bid
	for force in "" --force; do
		refuse 15 open --register r.db -k "$K/p256.both.pem" $force -C . "r.db$end.pli"
	done
	rm "r.db$end.pli"
	run 0 pli seal -q --no-sync --register r.db --service S -o "folder/r.db$end" bid
	rm "folder/r.db$end"
done
rm -r folder
run 0 pli keys list --register r.db
# Nor does any other output get one, beside a register that is made with it either.
for db in r.db new.db; do
	for end in -journal -wal -shm; do
		new=(keys generate --register "$db" --service S --name B --type p256 --passout file:pw)
		refuse 15 "${new[@]}" --p12 "$db$end"
		stderr_has "is a part of the register"
		refuse 15 "${new[@]}" --p12 b.p12 --cert-out "./$db$end"
	done
done
# And the register itself is replaced by nothing that comes out of an envelope.
run 0 pli seal -q --raw -r "$K/p256.pem" -o r.db.pli bid
refuse 15 open --force --register r.db -k "$K/p256.both.pem" -C . r.db.pli
rm r.db.pli
run 0 cmp sound.db r.db

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

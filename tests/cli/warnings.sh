#!/usr/bin/env bash
# What may keep a bid from being read is said before it is sealed, and refused with --strict.
. "$(dirname "$0")/lib.sh"

to=(-r "$K/p256.pem")

# zip makes a ZIP file of one file, locked one with a password (zip -X0 [-P secret]).
zip()
{
	base64 -d <<-END
		UEsDBAoAAAAAAAAAIVKJc9FRCAAAAAgAAAAIAAAAcHJpeC5jc3ZwcmljZSAxClBLAQIeAwoAAAAAAAAAIVKJc9FRCAAAAAgAAAAIAAAA
		AAAAAAAAAACkgQAAAABwcml4LmNzdlBLBQYAAAAAAQABADYAAAAuAAAAAAA=
	END
}

locked()
{
	base64 -d <<-END
		UEsDBAoACQAAAAAAIVKJc9FRFAAAAAgAAAAIAAAAcHJpeC5jc3Yx5M/iynw7CxhBTbFcZw3V9EuVD1BLBwiJc9FRFAAAAAgAAABQSwEC
		HgMKAAkAAAAAACFSiXPRURQAAAAIAAAACAAAAAAAAAAAAAAApIEAAAAAcHJpeC5jc3ZQSwUGAAAAAAEAAQA2AAAASgAAAAAA
	END
}

pdf()
{
	printf '%%PDF-1.4\n1 0 obj\n<< /Type /Catalog >>\nendobj\ntrailer\n<< /Root 1 0 R %s >>\n%%%%EOF\n' "${1-}"
}

# warns TEXT PATH: sealing folder warns of just this; --strict refuses it, by name.
warns()
{
	run 0 pli seal --no-sync --json "${to[@]}" -o x.pli folder
	json "[.[] | select(.type == \"sealed\")] | length == 1 and (.[0].warnings | length == 1) and
		(.[0].warnings[0] | contains(\"$1\") and contains(\"$2\"))"
	rm -f x.pli
	run 0 pli seal --no-sync "${to[@]}" -o x.pli folder
	stderr_has "warning: $2"
	stderr_has "$1"
	run 0 pli open -q --no-sync -k "$K/p256.both.pem" -C out x.pli
	same_tree folder out/x/folder
	rm -rf x.pli out
	refuse 17 seal --strict "${to[@]}" -o x.pli folder
	stderr_has "$2"
	rm -rf folder
	mkdir folder
	printf 'good\n' >folder/good.txt
}

mkdir folder
zip >folder/good.zip
pdf >folder/good.PDF
printf 'good\n' >folder/good.txt
run 0 pli seal --no-sync --strict --json "${to[@]}" -o x.pli folder
json '.[0].warnings == []'
rm -f x.pli

zip >folder/good.zip
: >folder/nothing.txt
warns empty folder/nothing.txt
zip | head -c 60 >folder/cut.zip
warns "cut short" folder/cut.zip
zip | head -c 100 >folder/annexe.ODT
warns "cut short" folder/annexe.ODT
head -c 5000 /dev/zero >folder/zeroes.docx
warns damaged folder/zeroes.docx
locked >folder/locked.zip
warns password folder/locked.zip
for name in memo.docx memo.xlsm; do
	printf '\320\317\021\340\241\261\032\341and more' >"folder/$name"
	warns password "folder/$name"
done
pdf | head -c 60 >folder/cut.pdf
warns "cut short" folder/cut.pdf
pdf '/Encrypt 5 0 R' >folder/locked.pdf
warns password folder/locked.pdf
printf 'x' >folder/Prix.csv
printf 'y' >folder/prix.csv
warns case folder/prix.csv
printf 'x' >"folder/$(printf 'u\314\210.csv')"
printf 'y' >"folder/$(printf '\303\274.csv')"
warns "Unicode form" "folder/$(printf '\303\274.csv')"
mkdir folder/GOOD.TXT
warns case folder/good.txt
content f 1000
seal f.pli f p256
cp f.pli folder/inner.pli
warns envelope folder/inner.pli

# However it is written, with the name that goes with that.
openssl cms -cmsout -inform DER -in f.pli -outform PEM -out f.pem 2>/dev/null
openssl cms -cmsout -inform DER -in f.pli -outform SMIME -out f.eml 2>/dev/null
for name in inner.pem inner.p7m Inner.ASC; do
	cp f.pem "folder/$name"
	warns envelope "folder/$name"
done
for name in inner.eml inner.p7m; do
	cp f.eml "folder/$name"
	warns envelope "folder/$name"
done
for name in inner.der inner.p7s inner.bin; do
	cp f.pli "folder/$name"
	warns envelope "folder/$name"
done
cp "$K/p256.pem" folder/certificate.pem
run 0 pli seal --no-sync --json "${to[@]}" -o x.pli folder
json '.[0].warnings == []'
rm -f x.pli folder/certificate.pem f.pem f.eml f.pli

# A bid without any file.
rm -r folder
mkdir -p folder/a/b
warns "no file" folder

# Two at once, and each bid of several with its own.
: >folder/one
: >folder/two
run 0 pli seal --no-sync --json "${to[@]}" -o x.pli folder
json '.[0].warnings | length == 2'
refuse 17 seal --strict "${to[@]}" -o y.pli folder
stderr_has "1 more"
mkdir fine
printf 'fine\n' >fine/file
run 0 pli seal --no-sync --json "${to[@]}" --each -C each folder fine
json '[.[] | select(.type == "sealed") | .warnings | length] == [2, 0]'
run 3 pli seal --no-sync -q --strict "${to[@]}" --each -C strict folder fine
holds strict fine.pli

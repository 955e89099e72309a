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
printf 'PK\005\006%18s' '' | tr ' ' '\0' >folder/none.zip
warns "none.zip: there is no file in the ZIP file" folder/none.zip
printf 'PK\005\006%16s\005\000hello' '' | tr ' ' '\0' >folder/none.zip
warns "none.zip: there is no file in the ZIP file" folder/none.zip
printf 'PK\005\006%16s\005\000hell' '' | tr ' ' '\0' >folder/none.zip
warns "cut short" folder/none.zip
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

# By content, whatever the name is: these are looked at while they are sealed, and stop --strict before there is an envelope.
zip | head -c 60 >folder/annexe
warns "cut short" folder/annexe
locked >folder/locked.jar
warns password folder/locked.jar
locked >folder/offer.pdf
warns password folder/offer.pdf
pdf | head -c 60 >folder/plan.v2
warns "cut short" folder/plan.v2
mkdir "folder/a b"
pdf '/Encrypt 5 0 R' >"folder/a b/c"
warns password "folder/a b/c"
for name in inner inner.backup; do
	cp f.pli "folder/$name"
	warns envelope "folder/$name"
	cp f.pem "folder/$name"
	warns envelope "folder/$name"
	cp f.eml "folder/$name"
	warns envelope "folder/$name"
done

# An Office file with a password has a directory of its own kind, with EncryptedPackage among its first names.
ole()
{
	printf '\320\317\021\340\241\261\032\341%022d\t\0%016d\001\0\0\0' 0 0
	head -c 972 /dev/zero
	printf 'R\0o\0o\0t\0'
	head -c 120 /dev/zero
	printf '%s' "$1" | sed 's/./&\n/g' | tr '\n' '\0'
	head -c 500 /dev/zero
}
ole EncryptedPackage >folder/memo
warns password folder/memo
ole EncryptedPackage >folder/memo.doc
warns password folder/memo.doc

# The dictionary of a cross-reference stream, far from the end of the file and its begin.
far_pdf()
{
	printf '%%PDF-1.5\n'
	head -c 9991 /dev/zero
	printf '7 0 obj\n<< /Type /XRef /Size 9 %s >>\nstream\n' "$1"
	head -c 9000 /dev/zero
	printf '\nendstream\nendobj\nstartxref\r\n10000\r\n%%%%EOF\r\n'
}
far_pdf '/Encrypt 5 0 R' >folder/far.pdf
warns password folder/far.pdf

# OpenDocument: the manifest says what is encrypted. Of a document there is only that here, deflated, behind its mimetype.
odf()
{
	base64 -d <<-END
		UEsDBBQAAAAAAAAAIV5exjIMJwAAACcAAAAIAAAAbWltZXR5cGVhcHBsaWNhdGlvbi92bmQub2FzaXMub3BlbmRvY3VtZW50LnRleHRQSwME
		FAAAAAgAAAAhXi/1Cqc8AAAAcwAAABUAAABNRVRBLUlORi9tYW5pZmVzdC54bWyzyU3My0xLLS6xgjHsbOBCaZk5qbqpeSVFlQoIsdKcHN2C
		xJIMW6Xk/LwSoKxeRW6Okp2NPhZtyKJw8wFQSwECFAMUAAAAAAAAACFeXsYyDCcAAAAnAAAACAAAAAAAAAAAAAAAgAEAAAAAbWltZXR5cGVQ
		SwECFAMUAAAACAAAACFeL/UKpzwAAABzAAAAFQAAAAAAAAAAAAAAgAFNAAAATUVUQS1JTkYvbWFuaWZlc3QueG1sUEsFBgAAAAACAAIAeQAA
		ALwAAAAAAA==
	END
}

locked_odf()
{
	base64 -d <<-END
		UEsDBBQAAAAAAAAAIV5exjIMJwAAACcAAAAIAAAAbWltZXR5cGVhcHBsaWNhdGlvbi92bmQub2FzaXMub3BlbmRvY3VtZW50LnRleHRQSwME
		FAAAAAgAAAAhXi902LxiAAAArQAAABUAAABNRVRBLUlORi9tYW5pZmVzdC54bWxtjsEKgCAQRH8lvJv3sP5lsY2kdRNbQf++LpmHbsMbHjM2
		APsNL5nesNiGNk+okSXV4WOZSEeQfVbuZHnasQRSnYXsUo3iT9YrCHyq29EdVw5aasRZ5cRTUWax5mewp+3ZDVBLAQIUAxQAAAAAAAAAIV5e
		xjIMJwAAACcAAAAIAAAAAAAAAAAAAACAAQAAAABtaW1ldHlwZVBLAQIUAxQAAAAIAAAAIV4vdNi8YgAAAK0AAAAVAAAAAAAAAAAAAACAAU0A
		AABNRVRBLUlORi9tYW5pZmVzdC54bWxQSwUGAAAAAAIAAgB5AAAA4gAAAAAA
	END
}
locked_odf >folder/locked.odt
warns "OpenDocument file has a password" folder/locked.odt
locked_odf >folder/locked
warns "OpenDocument file has a password" folder/locked

# What is none of these, and looks a little like it.
odf >folder/good.odt
odf >folder/good
far_pdf '' >folder/good.pdf
ole WordDocument >folder/good.doc
pdf >folder/plan
printf '0' >folder/figure
printf '0,5\n1,5\n' >folder/figures.csv
printf 'PK' >folder/initials
printf 'MIME-Version: 1.0\nContent-Type: text/plain\n\nGood day\n' >folder/message
cp "$K/p256.pem" folder/certificate
cp "$K/p256.pem" folder/certificate.pem
run 0 pli seal --no-sync --json "${to[@]}" -o x.pli folder
json '.[0].warnings == []'
rm -f x.pli f.pem f.eml f.pli

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

# Many of a kind do not hide one of another: twenty are printed, and how many more there are.
mkdir many
for i in $(seq 10 40); do
	: >"many/empty $i"
done
printf 'PK\003\004 and no more\n' >many/z.zip
run 0 pli seal --no-sync -q "${to[@]}" -o many.pli many
[ "$(grep -c 'the file is empty' "$err")" -eq 20 ] || problem "not twenty"
stderr_has "many/z.zip: the ZIP file is cut short"
stderr_has "11 more warnings like these (all with -v)"
run 0 pli seal --no-sync -v "${to[@]}" -o many.v.pli many
[ "$(grep -c 'the file is empty' "$err")" -eq 31 ] || problem "not all"
! grep -q 'more warning' "$err" || problem "there are no more"
run 0 pli seal --no-sync --json "${to[@]}" -o many.json.pli many
json '.[0].warnings | length == 32'
run 0 pli seal --no-sync -q "${to[@]}" --each -C many.each many fine
[ "$(grep -c 'the file is empty' "$err")" -eq 20 ] || problem "not twenty of each"
stderr_has "11 more warnings like these (all with -v)"

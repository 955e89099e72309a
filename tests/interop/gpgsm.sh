# shellcheck shell=bash disable=SC2154 # out and err are lib.sh's
#
# gpgsm.sh - key files that gpgsm 2.2 reads. Sourced after cli/lib.sh.
#
# gpgsm 2.2 loses the leading zero byte of a sum of RFC 7292, appendix B.2, and derives another key then: one file of 64 with two
# bags under 3DES is refused as if the passphrase were wrong, whoever wrote it (6 of 400 from openssl pkcs12). Another salt helps.

gpgsm_import=(timeout 60 gpgsm --batch --yes --disable-dirmngr --pinentry-mode loopback --passphrase-fd 0 --import)

# gpgsm_reads PASSPHRASE-FILE FILE WRITE... runs WRITE..., which writes FILE, again while gpgsm cannot read it, which it may for a
# few times only: then the import that follows fails, and shows why.
gpgsm_reads()
{
	local passphrase=$1 file=$2 try
	shift 2
	for try in 1 2 3 4; do
		"$@" || return
		if "${gpgsm_import[@]}" "$file" <"$passphrase" >"$out" 2>"$err" || ! grep -q "possibly bad passphrase" "$err"; then
			return
		fi
		echo "gpgsm 2.2 derives another key for $file, try $try"
	done
}

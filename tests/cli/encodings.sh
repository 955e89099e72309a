#!/usr/bin/env bash
# What openssl writes as PEM and S/MIME opens as DER does, from files and from pipes; sealed again only on demand.
. "$(dirname "$0")/lib.sh"

content f 2500000
for form in DER PEM SMIME; do
	for stream in "" -stream; do
		# shellcheck disable=SC2086
		run 0 openssl cms -encrypt -binary $stream -aes-256-gcm -outform $form -in f -out m -recip "$K/p256.pem"
		opened_by m f p256
		piped=m run 0 pli verify -k "$K/p256.both.pem" -
		run 0 pli inspect --json m
		case $form in
		DER) json '.[0].armor == "none"' ;;
		PEM) json '.[0].armor == "pem"' ;;
		SMIME) json '.[0].armor == "smime"' ;;
		esac
		refuse 19 seal --raw -r "$K/p256.pem" -o y.pli m
		head -c 1000000 m >"cut"
		refuse 10 open -k "$K/p256.both.pem" -o x cut
		refuse 10 verify -k "$K/p256.both.pem" cut
		if [ "$form" = PEM ]; then
			sed '/-----/d' m >bare
			refuse 10 open -k "$K/p256.both.pem" -o x bare
			stderr_has "base64 without a BEGIN line"
			{ echo '-----BEGIN CMS-----' && cat bare && echo '-----END CMS-----'; } >mended
			opened_by mended f p256
		fi
		if [ "$form" != SMIME ]; then
			printf more >>m
			refuse 10 open -k "$K/p256.both.pem" -o x m
			stderr_has 'hint: something was added behind it'
		fi
		rm -f m cut bare mended
	done
done
: >nothing
refuse 10 open -k "$K/p256.both.pem" -o x nothing
stderr_has 'hint: nothing of the envelope arrived'
printf 'Content-Type: multipart/signed; boundary=x\n\n--x\n' >mail.eml
refuse 10 open -k "$K/p256.both.pem" -o x mail.eml
stderr_has multipart/signed
stderr_has 'hint:'

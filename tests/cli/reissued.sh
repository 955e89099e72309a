#!/usr/bin/env bash
# Several certificates of one key, as authorities make them anew: what is named decides, and the key opens what was sealed to any.
. "$(dirname "$0")/keys_lib.sh"

echo "correct horse" >pw
for who in anna mallory; do
	openssl ecparam -name prime256v1 -genkey -noout -out "$who.key"
	for n in 1 2 3; do
		openssl req -x509 -key "$who.key" -out "$who$n.pem" -subj "/CN=$who $n" -days 900 \
			-addext keyUsage=critical,keyAgreement
	done
	openssl pkcs12 -export -inkey "$who.key" -in "$who"1.pem -passout file:pw -out "$who.p12"
	cat "$who.key" "$who"1.pem "$who"2.pem >"$who.both.pem"
done
content f 1000
for n in 1 2 3; do
	run 0 pli seal -q --no-sync -r anna$n.pem -o bid$n.pli f
done

# opens N KEY...
opens()
{
	rm -rf opened
	run 0 pli open -q --no-sync "${@:2}" -C opened "bid$1.pli"
	same "opened/bid$1/f" f
}
opens 1 -k anna.p12 --passin file:pw --cert anna2.pem
opens 2 -k anna.p12 --passin file:pw --cert anna2.pem
refuse 13 verify -k anna.p12 --passin file:pw --cert anna2.pem bid3.pli
for n in 1 2 3; do
	opens "$n" -k anna.key --cert anna2.pem --cert anna3.pem --cert anna1.pem
	opens "$n" -k anna.both.pem --cert mallory1.pem --cert anna3.pem
done
run 0 pli verify -k mallory.p12 --passin file:pw -k anna.key --cert anna3.pem --cert anna1.pem bid1.pli bid3.pli

# What is named goes into the new file, or nothing does.
run 0 pli keys convert --passin file:pw --passout file:pw --cert anna2.pem anna.p12 new.p12
run 0 openssl pkcs12 -in new.p12 -passin file:pw -nokeys -out new.pem
run 0 openssl x509 -in new.pem -noout -subject -nameopt RFC2253
stdout_has "CN=anna 2"
refuse 14 keys convert --passin file:pw --passout file:pw --cert mallory1.pem anna.p12 no.p12
stderr_has "mallory1.pem is not that of the private key in anna.p12"
absent no.p12

# So with a register.
to=(--register "$R" --service CEA --role backup)
refuse 14 keys import "${to[@]}" --name anna anna1.pem -k mallory.p12 --passin file:pw
stderr_has "mallory.p12 is not that of the certificate in anna1.pem"
refuse 14 keys import "${to[@]}" --name anna anna1.pem -k mallory.key
refuse 14 keys import "${to[@]}" --name anna --cert anna1.pem -k mallory.p12 --passin file:pw
refuse 2 keys import "${to[@]}" --name anna --cert anna1.pem -k anna.key anna2.pem
# A name and a serial number can be copied.
serial=$(openssl x509 -in anna1.pem -noout -serial)
openssl req -x509 -key mallory.key -out forged.pem -subj "/CN=anna 1" -set_serial "0x${serial#*=}" -days 900 \
	-addext keyUsage=critical,keyAgreement
refuse 14 keys import "${to[@]}" --name anna forged.pem -k anna.p12 --passin file:pw
refuse 14 keys convert --passin file:pw --passout file:pw --cert forged.pem anna.p12 no.p12
absent no.p12
absent "$R"
run 0 pli keys import "${to[@]}" --name anna anna2.pem -k anna.p12 --passin file:pw
is anna '.cn == "anna 2" and .last_test != null'

# And with an authority.
for ca in one two; do
	openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout $ca.key -out $ca.pem -subj "/CN=$ca CA" \
		-days 3000 -addext basicConstraints=critical,CA:TRUE 2>/dev/null
	openssl pkcs12 -export -inkey $ca.key -in $ca.pem -passout file:pw -out $ca.p12
done
make=(keys generate -q --type p256 --passout file:pw --name X --p12 x.p12 --cert-out x.pem --ca-passin file:pw)
refuse 14 "${make[@]}" --ca-cert one.pem --ca-key two.p12
absent x.p12
run 0 pli "${make[@]}" --ca-key two.p12
run 0 openssl x509 -in x.pem -noout -issuer -nameopt RFC2253
stdout_has "CN=two CA"

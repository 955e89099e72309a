#!/usr/bin/env bash
# Bouncy Castle opens what pli wrote, and pli opens what it wrote. Java starts once for each way.
. "$(dirname "$0")/../cli/lib.sh"

jars=/usr/share/java
classpath=$jars/bcpkix.jar:$jars/bcprov.jar:$jars/bcutil.jar
classes=${CLASSES:-$test_folder}
source=$(cd "$here/../interop" && pwd)/BcCms.java

command -v javac >/dev/null || lacking "a Java compiler (package openjdk-17-jdk-headless)"
for jar in bcpkix bcprov bcutil; do
	[ -r "$jars/$jar.jar" ] || lacking "$jars/$jar.jar (package libbcpkix-java)"
done
if [ ! "$classes/BcCms.class" -nt "$source" ]; then
	run 0 javac -d compiled -cp "$classpath" "$source" || exit 1
	mv compiled/*.class "$classes" && rmdir compiled
fi

keys=(rsa2048 p256 p384 p521)
sizes=(0 1 15 16 17 1000 4096 1048575 1048576 1048577 5242880)
to=()
for key in "${keys[@]}"; do
	to+=(-r "$K/$key.pem")
done

# pli writes, Bouncy Castle opens.
for size in "${sizes[@]}"; do
	content "f$size" "$size"
	run 0 pli seal --no-sync --raw "${to[@]}" -o "definite$size" "f$size"
	piped=f$size run 0 pli seal --no-sync "${to[@]}" -o "indefinite$size" -
	for form in definite indefinite; do
		for key in "${keys[@]}"; do
			echo "open $form$size $K/$key.pem $K/$key.key $form$size.$key" >>jobs.txt
		done
	done
done
run 0 java -cp "$classpath:$classes" BcCms jobs.txt
for size in "${sizes[@]}"; do
	for key in "${keys[@]}"; do
		same "definite$size.$key" "f$size"
		same "indefinite$size.$key" "f$size"
	done
done
rm -f definite* indefinite* jobs.txt

# Bouncy Castle writes, pli opens.
for size in "${sizes[@]}"; do
	for encoding in BER DER; do
		echo "seal f$size several.$encoding.$size 256 $encoding oaep-sha256=$K/rsa2048.pem" \
			"ecdh-sha256=$K/p256.pem ecdh-sha1=$K/p384.pem oaep-sha1,keyid=$K/rsa3072.pem" \
			"ecdh-sha256,keyid=$K/p521.pem" >>jobs.txt
	done
done
for kind in oaep-sha1=rsa2048 oaep-sha256=rsa3072 oaep-sha256,keyid=rsa2048 ecdh-sha1=p256 \
	ecdh-sha256=p384 ecdh-sha1,keyid=p521; do
	for bits in 128 192 256; do
		echo "seal f4096 one.$bits.${kind%=*}.${kind#*=} $bits BER ${kind%=*}=$K/${kind#*=}.pem" >>jobs.txt
	done
done
run 0 java -cp "$classpath:$classes" BcCms jobs.txt

for size in "${sizes[@]}"; do
	for encoding in BER DER; do
		opened_by "several.$encoding.$size" "f$size" rsa2048 rsa3072 p256 p384 p521
	done
done
for envelope in one.*; do
	opened_by "$envelope" f4096 "${envelope##*.}"
done

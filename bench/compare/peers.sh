# shellcheck shell=bash
#
# peers.sh - who is compared, and the command line of each. Sourced by compare/run.
#
#	peers SET              prints the peers of a set: all and files (of a file; all also has pli by back end of its cipher), trees,
#	                       few, large, batch, sync
#	peer_lacks PEER        prints what PEER needs and this machine has not
#	peer_version PEER      one line
#	peers_prepare          keys, once, in $keys
#	peer_words PEER JOB    sets words, the command that is measured; JOB: seal, open, verify, null
#
# $kind is file, tree or batch; $in is what is sealed, $sealed the envelope (for batches a folder of them), $out what is opened (for a tree the folder
# that it appears in). A peer of pli is pli-THREADS, or pli-THREADS@BACKEND with a back end of its cipher.
#
# Read by the scripts that source this file.
# shellcheck disable=SC2034,SC2154

jars=/usr/share/java
classpath=$jars/bcpkix.jar:$jars/bcprov.jar:$jars/bcutil.jar

others=(openssl-gcm openssl-cbc age gpgsm gpg 7z bouncycastle)
unprepared=

have()
{
	command -v "$1" >/dev/null
}

# pli_threads prints the numbers of threads that pli is measured with: 1, 2, and one for each CPU.
pli_threads()
{
	printf '%s\n' 1 2 "$(nproc)" | sort -nu
}

# pli_backends prints each back end of the cipher that this pli has, as "@NAME".
pli_backends()
{
	local name
	for name in evp gcrypt; do
		! PLI_BACKEND=$name "$pli" doctor -q >/dev/null 2>&1 || echo "@$name"
	done
}

peers_of_pli()
{
	pli_threads | sed 's/^/pli-/'
}

# peers_of_backends prints pli with each back end, with the largest number of threads.
peers_of_backends()
{
	local backend
	for backend in $(pli_backends); do
		echo "pli-$(nproc)$backend"
	done
}

peers()
{
	case $1 in
	all) peers files && peers_of_backends ;;
	files) echo cp && peers_of_pli && printf '%s\n' "${others[@]}" ;;
	trees) echo cp && echo tar && peers_of_pli && printf '%s\n' "${others[@]}" ;;
	few) echo cp && echo tar && peers_of_pli ;;
	large) echo cp && echo "pli-$(nproc)" ;;
	batch) peers_of_pli && peers_of_pli | sed 's/^pli/pli-raw/' && printf '%s\n' openssl-gcm openssl-cbc ;;
	sync) echo cp-sync && echo "pli-sync-$(nproc)" ;;
	esac
}

# seven_zip prints the name that 7-Zip has here.
seven_zip()
{
	have 7zz && echo 7zz && return
	have 7z && echo 7z && return
	echo 7za
}

peer_lacks()
{
	[[ $unprepared != *" $1 "* ]] || echo "keys: none could be made"
	case $1 in
	age) have age && have age-keygen || echo "age" ;;
	gpgsm) have gpgsm || echo "gpgsm" ;;
	gpg) have gpg || echo "gnupg" ;;
	7z) have "$(seven_zip)" || echo "7zip" ;;
	openssl-*) have openssl || echo "openssl" ;;
	bouncycastle)
		if ! have javac; then
			echo "openjdk-17-jdk-headless"
		elif [ ! -r "$jars/bcpkix.jar" ]; then
			echo "libbcpkix-java"
		fi
		;;
	esac
}

peer_version()
{
	case $1 in
	cp) cp --version | sed -n 1p ;;
	tar) tar --version | sed -n 1p ;;
	pli) "$pli" --version | sed -n 1p ;;
	openssl) openssl version ;;
	age) age --version ;;
	gpgsm | gpg) "$1" --version | sed -n 1p ;;
	7z) "$(seven_zip)" | sed -n '/^7-Zip/p' ;;
	bouncycastle) echo "$(readlink "$jars/bcprov.jar"), $(java -version 2>&1 | sed -n 1p)" ;;
	esac
}

# One pair of keys of each kind, none with a secret worth keeping. gpg's agent is ended by peers_end.
peers_prepare()
{
	local why
	openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 30 -subj "/CN=benchmark key" \
		-keyout "$keys/key.pem" -out "$keys/cert.pem" 2>/dev/null
	openssl req -x509 -newkey rsa:3072 -nodes -days 30 -subj "/CN=benchmark rsa" \
		-keyout "$keys/rsa.key" -out "$keys/rsa.pem" 2>/dev/null
	export GNUPGHOME=$keys/gnupg
	mkdir -m 700 "$GNUPGHOME"
	echo benchmark >"$keys/pass"
	for why in age gpg gpgsm bouncycastle; do
		[ -z "$(peer_lacks "$why")" ] || continue
		"prepare_$why" >"$keys/$why.log" 2>&1 || {
			echo "bench/compare: no keys for $why: $(tail -n 1 "$keys/$why.log")" >&2
			unprepared+=" $why "
		}
	done
}

prepare_age()
{
	age-keygen -o "$keys/age.key" && age-keygen -y "$keys/age.key" >"$keys/age.pub"
}

prepare_gpg()
{
	gpg --batch -q --pinentry-mode loopback --passphrase '' --quick-gen-key bench@example.org \
		future-default default never
}

import_gpgsm()
{
	openssl pkcs12 -export -legacy -inkey "$keys/rsa.key" -in "$keys/rsa.pem" -out "$keys/rsa.p12" \
		-passout "file:$keys/pass" &&
		gpgsm --batch --yes --pinentry-mode loopback --passphrase-fd 0 --import "$keys/rsa.p12" <"$keys/pass"
}

# gpgsm 2.2 cannot read one PKCS#12 file of 64, whoever wrote it: tests/interop/gpgsm.sh.
prepare_gpgsm()
{
	{ import_gpgsm || import_gpgsm || import_gpgsm; } &&
		gpgsm --list-keys --with-colons | awk -F : '$1 == "fpr" { print $10, "S relax"; exit }' \
			>"$GNUPGHOME/trustlist.txt" &&
		gpgconf --reload gpg-agent
}

prepare_bouncycastle()
{
	javac -d "$keys" -cp "$classpath" "$compare/BcEnvelope.java"
}

peers_end()
{
	[ -z "${GNUPGHOME-}" ] || ! have gpgconf || gpgconf --kill all 2>/dev/null || true
}

# filter_words PEER JOB FROM TO: one file to another; /dev/stdin and /dev/stdout where they are pipes.
filter_words()
{
	case $1-$2 in
	openssl-*-seal) words=(openssl cms -encrypt -binary -stream "-aes-256-${1#openssl-}" -outform DER
		-recip "$keys/cert.pem" -in "$3" -out "$4") ;;
	openssl-*-open) words=(openssl cms -decrypt -binary -inform DER -inkey "$keys/key.pem"
		-recip "$keys/cert.pem" -in "$3" -out "$4") ;;
	age-seal) words=(age -R "$keys/age.pub" -o "$4" "$3") ;;
	age-open) words=(age -d -i "$keys/age.key" -o "$4" "$3") ;;
	gpg-seal) words=(gpg --batch --yes -q --trust-model always --compress-algo none --cipher-algo AES256 -e
		-r bench@example.org -o "$4" "$3") ;;
	gpg-open) words=(gpg --batch --yes -q -d -o "$4" "$3") ;;
	gpgsm-seal) words=(gpgsm --batch --yes -q --disable-crl-checks --cipher-algo AES256 -e -r "benchmark rsa"
		-o "$4" "$3") ;;
	gpgsm-open) words=(gpgsm --batch --yes -q --pinentry-mode loopback --passphrase-fd 4 -d -o "$4" "$3") ;;
	bouncycastle-seal) words=(java -cp "$classpath:$keys" BcEnvelope seal "$keys/rsa.pem" "$3" "$4") ;;
	bouncycastle-open) words=(java -cp "$classpath:$keys" BcEnvelope open "$keys/rsa.key" "$3" "$4") ;;
	esac
}

# pli_words PEER JOB: for every kind of content.
pli_words()
{
	local threads=${1%@*} verb=$2 sync=(--no-sync) raw=() auth=(-k "$keys/key.pem" --cert "$keys/cert.pem")
	[[ $1 != *-sync-* ]] || sync=()
	if [ "$kind" = file ] || [[ $1 == *-raw-* ]]; then
		raw=(--raw)
	fi
	[ "$verb" != null ] || verb=open
	words=("$pli" "$verb" -q -j "${threads##*-}")
	[ "$threads" = "$1" ] || words=(env "PLI_BACKEND=${1#*@}" "${words[@]}")
	case $2-$kind in
	seal-batch) words+=("${sync[@]}" "${raw[@]}" -r "$keys/cert.pem" --each -C "$sealed" "$in"/*) ;;
	seal-*) words+=("${sync[@]}" "${raw[@]}" -r "$keys/cert.pem" -o "$sealed" "$in") ;;
	open-batch) words+=("${sync[@]}" "${auth[@]}" -C "$out" "$sealed"/*) ;;
	open-file) words+=("${sync[@]}" "${auth[@]}" -o "$out" "$sealed") ;;
	open-tree) words+=("${sync[@]}" "${auth[@]}" -C "$out" "$sealed") ;;
	verify-*) words+=("${auth[@]}" "$sealed") ;;
	null-*) words+=("${auth[@]}" -o - "$sealed") ;;
	esac
}

# tree_words PEER JOB: trees. Who knows no folders gets them through tar.
tree_words()
{
	case $1-$2 in
	cp-seal) words=(cp -r "$in" "$sealed") ;;
	cp-open) words=(cp -r "$sealed" "$out/") ;;
	tar-seal) words=(tar -C "${in%/*}" -cf "$sealed" "${in##*/}") ;;
	tar-open) words=(tar -C "$out" -xf "$sealed") ;;
	7z-seal) words=("$(seven_zip)" a -bd -bso0 -bsp0 -mx=0 -mhe=on -pbenchmark "$sealed" "$in") ;;
	7z-open) words=("$(seven_zip)" x -bd -bso0 -bsp0 -y -pbenchmark "-o$out" "$sealed") ;;
	*-seal)
		filter_words "$1" seal /dev/stdin /dev/stdout
		# The arguments are those of the shell that is started.
		# shellcheck disable=SC2016
		words=(bash -o pipefail -c 'folder=$1 name=$2 sealed=$3; shift 3; tar -C "$folder" -c "$name" | "$@" >"$sealed"'
			tree "${in%/*}" "${in##*/}" "$sealed" "${words[@]}")
		;;
	*-open)
		filter_words "$1" open /dev/stdin /dev/stdout
		# shellcheck disable=SC2016
		words=(bash -o pipefail -c 'sealed=$1 out=$2; shift 2; "$@" <"$sealed" | tar -C "$out" -x'
			tree "$sealed" "$out" "${words[@]}")
		;;
	esac
}

# batch_words PEER JOB: one process for each file, as a script would do it.
batch_words()
{
	local from=$in to=$sealed
	[ "$2" = seal ] || { from=$sealed && to=$out; }
	filter_words "$1" "$2" FROM TO
	# The last four words, -in FROM -out TO, are said for each file. The arguments are those of the shell that is started.
	# shellcheck disable=SC2016
	words=(bash -c 'from=$1 to=$2; shift 2; for file in "$from"/*; do
			"$@" -in "$file" -out "$to/${file##*/}" || exit 1; done'
		batch "$from" "$to" "${words[@]:0:${#words[@]}-4}")
}

peer_words()
{
	words=()
	# The arguments are those of the shell that is started.
	# shellcheck disable=SC2016
	case $1-$kind-$2 in
	pli-*) pli_words "$1" "$2" ;;
	*-batch-*) batch_words "$1" "$2" ;;
	*-tree-*) tree_words "$1" "$2" ;;
	cp-sync-*-seal) words=(sh -c 'cp "$1" "$2" && sync "$2"' cp "$in" "$sealed") ;;
	cp-sync-*-open) words=(sh -c 'cp "$1" "$2" && sync "$2"' cp "$sealed" "$out") ;;
	cp-*-seal) words=(cp "$in" "$sealed") ;;
	cp-*-open) words=(cp "$sealed" "$out") ;;
	7z-*-seal) words=("$(seven_zip)" a -bd -bso0 -bsp0 -mx=0 -mhe=on -pbenchmark "$sealed" "$in") ;;
	7z-*-open) words=("$(seven_zip)" e -bd -bso0 -bsp0 -y -pbenchmark "-o$out.d" "$sealed") ;;
	*-seal) filter_words "$1" seal "$in" "$sealed" ;;
	*-open) filter_words "$1" open "$sealed" "$out" ;;
	esac
}

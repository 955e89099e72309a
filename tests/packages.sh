# shellcheck shell=bash
#
# packages.sh - the Debian packages that the project's scripts need. Sourced, never run.
#
#	. tests/packages.sh
#	need_packages "${PACKAGES_BUILD[@]}" "${PACKAGES_TEST[@]}"
#
# Only missing packages are asked for, so nothing happens on a machine that has them,
# and no rights are needed there.

# Read by the scripts that source this file.
# shellcheck disable=SC2034
PACKAGES_BUILD=(cmake ninja-build gcc g++ libc6-dev pkg-config libssl-dev
	libarchive-dev libjansson-dev libsqlite3-dev libunistring-dev libgcrypt20-dev)
# shellcheck disable=SC2034
PACKAGES_DEMO=(openssl time)
# shellcheck disable=SC2034
PACKAGES_TEST=(libcriterion-dev openssl jq libarchive-tools busybox python3 faketime sqlite3 libnss3-tools binutils strace)
# shellcheck disable=SC2034
PACKAGES_CI=(clang libclang-rt-dev clang-format clang-tidy cppcheck shellcheck valgrind
	libbenchmark-dev openjdk-17-jdk-headless libbcpkix-java libbcmail-java
	gcovr gnutls-bin nodejs gpgsm gpg-agent softhsm2)
# What the benchmarks compare with, count with and draw with.
# shellcheck disable=SC2034
PACKAGES_BENCH=(libbenchmark-dev jq gnuplot-nox strace valgrind age 7zip gnupg gpgsm
	openjdk-17-jdk-headless libbcpkix-java)

# as_root runs a command as root, through sudo where needed.
as_root()
{
	if [ "$(id -u)" -eq 0 ]; then
		env DEBIAN_FRONTEND=noninteractive "$@"
	elif command -v sudo >/dev/null; then
		sudo env DEBIAN_FRONTEND=noninteractive "$@"
	else
		return 1
	fi
}

# missing_packages prints those of its arguments that are not installed, one a line.
missing_packages()
{
	local package
	for package in "$@"; do
		case $(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null) in
		installed*) ;;
		*) printf '%s\n' "$package" ;;
		esac
	done
}

# need_packages installs what is missing of its arguments, or says what to do and fails.
need_packages()
{
	local missing log wait=(-o DPkg::Lock::Timeout=300 -o Acquire::Retries=3)
	if ! command -v dpkg-query >/dev/null || ! command -v apt-get >/dev/null; then
		echo "This is no Debian system. Install the equivalents of: $*" >&2
		return 0
	fi
	mapfile -t missing < <(missing_packages "$@")
	[ "${#missing[@]}" -gt 0 ] || return 0
	if [ "$(id -u)" -ne 0 ] && ! command -v sudo >/dev/null; then
		echo "Debian packages are missing, and this is neither root nor is there sudo." >&2
		echo "As root:  apt-get install --no-install-recommends ${missing[*]}" >&2
		return 1
	fi
	echo "Installing Debian packages: ${missing[*]}"
	log=$(mktemp) || return 1
	if as_root apt-get -q "${wait[@]}" update >"$log" 2>&1 &&
	    as_root apt-get -q "${wait[@]}" install -y --no-install-recommends "${missing[@]}" \
	        >>"$log" 2>&1 </dev/null; then
		rm -f "$log"
		return 0
	fi
	echo "apt-get failed. The end of what it said:" >&2
	tail -n 20 "$log" >&2
	rm -f "$log"
	return 1
}

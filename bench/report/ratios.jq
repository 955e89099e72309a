# ratios.jq - the ratios that pli promises, out of what was measured: included by results.jq.
#
# . is { rows: {name: {median, best}}, processes: [...], peaks: [...], cpus, features }; the output a stream of
# { point, text, medians, best, target, verdict }. point: which promise; target "-": none, for the reader only.
# medians is judged; best is the ratio of the best times. Where the two disagree the verdict says "noisy"; where one side was
# measured once or twice, how often.

# good(value; target): is it? Targets are ">= 0.95", "<= 1.2", "-".
def good($value; $target):
	if $target == "-" then null
	elif $target | startswith(">") then $value >= ($target[3:] | tonumber)
	else $value <= ($target[3:] | tonumber)
	end;

def judged($point; $text; $medians; $best; $target):
	good($medians; $target) as $by_medians
	| { point: $point, text: $text, medians: $medians, best: $best, target: $target,
	    verdict: (if $by_medians == null then ""
		else (if $by_medians then "met" else "missed" end)
			+ (if $by_medians != good($best; $target) then ", noisy" else "" end)
		end) };

# How many times as long does $slow take as $quick? Both are { median, best } in the same unit, perhaps with rounds, or null.
def compared($point; $slow; $quick; $text; $target):
	if $slow == null or $quick == null then empty
	else ([$slow.rounds, $quick.rounds] | map(values) | min // 3) as $rounds
		| judged($point; $text; $slow.median / $quick.median; $slow.best / $quick.best; $target)
		| if $rounds < 3 and .verdict != "" then .verdict += ", " + (["once", "twice"][$rounds - 1]) else . end
	end;

# Rows of the benchmark program, by name.
def times($point; $slow; $quick; $text; $target):
	compared($point; .rows[$slow]; .rows[$quick]; $text; $target);

# Whole processes. Times are { median, best, rounds } of the real time.
def process($place; $shape; $peer; $job):
	first(.processes[] | select(.place == $place and .shape == $shape and .peer == $peer and .job == $job
		and .status == "ok")) // null | if . == null then null else .seconds + { rounds } end;

def processes($point; $place; $shape; $job; $slow; $quick; $text; $target):
	compared($point; process($place; $shape; $slow; $job); process($place; $shape; $quick; $job);
		"\($text), \($shape), \($place)"; $target);

# The quickest of those who encrypt, other than pli.
def best_peer($place; $shape; $job):
	[.processes[] | select(.place == $place and .shape == $shape and .job == $job and .status == "ok"
		and (.peer | test("^(cp|tar|pli)") | not))] | min_by(.seconds.median) // null;

# The largest size of this shape that was measured anywhere ("batch-2000" or, quickly, "batch-200").
def shapes($prefix): [.processes[].shape | select(startswith($prefix))] | unique[];

def row_ratios:
	"size:268435456" as $big | "size:1048576" as $segment
	| (["seal", "encrypt"], ["open", "decrypt"]) as [$job, $raw]
	| (("1", "2") as $n | times(1; "stream_raw_\($raw)/\($big)/threads:\($n)"; "stream_\($job)/\($big)/threads:\($n)";
		"memory: \($job), rate / raw EVP, both on \($n)"; ">= 0.95")),
	  # libgcrypt is worth its place where libcrypto knows nothing of the CPU's wide AES, which it does with AVX-512.
	  ((["evp", "-"], ["gcrypt", if .features | test("vaes") and (test("avx512f") | not) then ">= 1.4" else "-" end])
			as [$backend, $target]
		| times(1; "stream_raw_\($raw)/\($big)/threads:1"; "stream_\($job)@\($backend)/\($big)/threads:1";
			"memory: \($job) with \($backend), rate / raw EVP, both on 1"; $target)),
	  times(1; "stream_\($job)@evp/\($big)/threads:2"; "stream_\($job)/\($big)/threads:2";
		"memory: \($job) as chosen, rate / with evp, both on 2"; ">= 0.95");

def other_row_ratios:
	"size:268435456" as $big | "size:1048576" as $segment
	| (("1", "2") as $n
		| times(1; "stream_raw_cbc_decrypt/\($big)/threads:\($n)"; "stream_open_cbc/\($big)/threads:\($n)";
			"memory: open CBC, rate / raw EVP, both on \($n)"; ">= 0.95")),
	  times(1; "stream_raw_encrypt/\($big)/threads:1"; "stream_raw_encrypt/\($big)/threads:2";
		"memory: raw EVP, rate, 2 threads / 1 (the machine)"; "-"),
	  times(1; "stream_seal/\($big)/threads:1"; "stream_seal/\($big)/threads:2"; "memory: seal, rate, 2 threads / 1"; "-"),
	  times(1; "stream_open/\($big)/threads:1"; "stream_open/\($big)/threads:2"; "memory: open, rate, 2 threads / 1"; "-"),
	  times(1; "gcm_raw_encrypt/\($segment)"; "gcm_raw_gcrypt_encrypt/\($segment)";
		"segment of 1 MiB: libgcrypt alone encrypts, rate / raw EVP"; "-"),
	  times(1; "gcm_raw_decrypt/\($segment)"; "gcm_raw_gcrypt_decrypt/\($segment)";
		"segment of 1 MiB: libgcrypt alone decrypts, rate / raw EVP"; "-"),
	  times(1; "gcm_raw_encrypt/\($segment)"; "gcm_segment_seal/\($segment)"; "segment of 1 MiB: seal, rate / raw EVP"; "-"),
	  times(1; "gcm_raw_decrypt/\($segment)"; "gcm_segment_open/\($segment)"; "segment of 1 MiB: open, rate / raw EVP"; "-"),
	  times(2; "files_seal/\($big)/threads:2"; "files_copy/\($big)/threads:0"; "files: seal, 2 threads, time / read and write"; "-"),
	  times(2; "files_open/\($big)/threads:2"; "files_copy/\($big)/threads:0"; "files: open, 2 threads, time / read and write"; "-"),
	  times(4; "stream_raw_decrypt/\($big)/threads:2"; "stream_verify/\($big)/threads:2";
		"memory: verify, rate / raw EVP, both on 2"; ">= 0.9"),
	  times(4; "stream_raw_decrypt/\($big)/threads:2"; "files_verify/\($big)/threads:2";
		"file: verify, rate / raw EVP, both on 2"; ">= 0.9"),
	  times(4; "stream_raw_decrypt/\($big)/threads:2"; "null_open/\($big)/threads:2";
		"memory to /dev/null: open, rate / raw EVP, both on 2"; ">= 0.9");

# One message as others write it, against DER.
def encoding_ratios:
	"size:67108864/threads:2" as $size
	| (["encoding_file_", "file to file", ">= 0.8"], ["encoding_", "memory", "-"]) as [$rows, $where, $target]
	| (["", "GCM"], ["cbc_", "CBC"]) as [$cipher, $name]
	| (["4096", "strings of 4096 bytes", $target], ["1000", "strings of 1000 bytes", $target], ["pem", "PEM", "-"])
		as [$row, $text, $target]
	| times(9; "\($rows)\($cipher)der/\($size)"; "\($rows)\($cipher)\($row)/\($size)";
		"\($where): open \($name) in \($text), rate / definite"; $target);

def process_ratios:
	"pli-\(.cpus)" as $pli
	| (["memory", "<= 1.0"], ["disk", "<= 0.9"]) as [$place, $target]
	| ("1GiB", "4GiB", "few-1GiB", "few-4GiB") as $shape
	| ("seal", "open") as $job
	| processes(2; $place; $shape; $job; $pli; "cp"; "\($job), time / cp"; $target);

# What it costs that the content is an archive.
def folder_ratios:
	"pli-\(.cpus)" as $pli
	| ("memory", "disk") as $place | ("1GiB", "4GiB") as $size | ("seal", "open") as $job
	| compared(2; process($place; "few-\($size)"; $pli; $job); process($place; $size; $pli; $job);
		"\($job), time / one file, few-\($size), \($place)"; "-");

def other_process_ratios:
	"pli-\(.cpus)" as $pli
	| (("memory", "disk") as $place | shapes("tree-", "small-") as $shape | ("seal", "open") as $job
		| processes(3; $place; $shape; $job; $pli; "tar"; "\($job), time / tar"; "<= 1.3")),
	  ((["seal", ">= 1.2"], ["open", "-"]) as [$job, $target] | ("memory", "disk") as $place
		| best_peer($place; "1GiB"; $job) as $best
		| select($best != null)
		| compared(5; $best.seconds + { rounds: $best.rounds }; process($place; "1GiB"; $pli; $job);
			"\($job), rate / the best peer (\($best.peer)), 1GiB, \($place)"; $target)),
	  (("memory", "disk") as $place
		| processes(5; $place; "1GiB"; "seal"; "openssl-cbc"; $pli; "seal, rate / openssl cms CBC"; ">= 3"),
		  processes(5; $place; "1GiB"; "open"; "openssl-gcm"; $pli; "open, rate / openssl cms"; ">= 10")),
	  (("memory", "disk") as $place | shapes("batch-") as $shape | ("seal", "open") as $job
		| ("pli-raw-\(.cpus)", $pli) as $each
		| processes(6; $place; $shape; $job; "openssl-gcm"; $each; "\($job) (\($each)), rate / a loop of openssl cms"; ">= 5")),
	  processes(7; "memory"; "1KiB"; "seal"; $pli; "openssl-gcm"; "seal, time / openssl cms"; "<= 1.5"),
	  (shapes("sync-") as $shape | ("seal", "open") as $job
		| processes(2; "disk"; $shape; $job; "pli-sync-\(.cpus)"; "cp-sync"; "\($job) and sync, time / cp and sync"; "-"));

# MiB, of the largest resident sets at 2 threads: 32 and 4 a thread.
def peak_ratios:
	(.peaks[] | judged(8; "peak of \(.job), \(.size), MiB"; .peak_kib / 1024; .peak_kib / 1024; "<= 40")),
	(.peaks | group_by(.job)[] | select(length > 1) | map(.peak_kib) as $peaks
		| judged(8; "peak of \(.[0].job), largest / smallest size"; $peaks | max / min; $peaks | max / min; "<= 1.2"));

def ratios:
	[row_ratios, other_row_ratios, encoding_ratios, process_ratios, folder_ratios, other_process_ratios, peak_ratios] | sort_by(.point);

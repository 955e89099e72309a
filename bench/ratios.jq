# ratios.jq - from the JSON of pli_bench, one line for each ratio that matters: text, by medians, by best times, target.
# Usage: jq -rn -f ratios.jq FILE...

def median: sort | if length % 2 == 1 then .[(length - 1) / 2] else (.[length / 2 - 1] + .[length / 2]) / 2 end;
def unit: { ns: 1, us: 1e3, ms: 1e6, s: 1e9 }[.];

[inputs.benchmarks[] | select(.run_type == "iteration" and .error_occurred != true)]
| group_by(.run_name)
| map({ key: .[0].run_name | sub("/process_time.*"; ""),
	value: (map(.real_time * (.time_unit | unit)) | { median: median, best: min }) })
| from_entries as $row

# How many times as long does $slow take as $quick?
| def times($slow; $quick; $text; $target):
	if $row[$slow] == null or $row[$quick] == null then empty
	else [$text, $row[$slow].median / $row[$quick].median, $row[$slow].best / $row[$quick].best, $target] | @tsv
	end;
"size:268435456" as $big | "size:1048576" as $segment
| times("stream_raw_encrypt/\($big)/threads:1"; "stream_seal/\($big)/threads:1"; "memory: seal, 1 thread, rate / raw EVP"; ">= 0.9"),
  times("stream_raw_decrypt/\($big)/threads:1"; "stream_open/\($big)/threads:1"; "memory: open, 1 thread, rate / raw EVP"; ">= 0.9"),
  times("stream_raw_decrypt/\($big)/threads:1"; "stream_verify/\($big)/threads:1"; "memory: verify, 1 thread, rate / raw EVP"; ">= 0.9"),
  times("stream_raw_encrypt/\($big)/threads:1"; "stream_raw_encrypt/\($big)/threads:2"; "memory: raw EVP, rate, 2 threads / 1 (machine)"; "-"),
  times("stream_seal/\($big)/threads:1"; "stream_seal/\($big)/threads:2"; "memory: seal, rate, 2 threads / 1"; ">= 1.7"),
  times("stream_open/\($big)/threads:1"; "stream_open/\($big)/threads:2"; "memory: open, rate, 2 threads / 1"; ">= 1.7"),
  times("stream_verify/\($big)/threads:1"; "stream_verify/\($big)/threads:2"; "memory: verify, rate, 2 threads / 1"; "-"),
  times("stream_raw_encrypt/\($big)/threads:2"; "stream_seal/\($big)/threads:2"; "memory: seal, 2 threads, rate / raw EVP on 2"; "-"),
  times("stream_raw_decrypt/\($big)/threads:2"; "stream_open/\($big)/threads:2"; "memory: open, 2 threads, rate / raw EVP on 2"; "-"),
  times("files_seal/\($big)/threads:2"; "files_copy/\($big)/threads:0"; "files: seal, 2 threads, time / read and write"; "<= 1.2"),
  times("files_open/\($big)/threads:2"; "files_copy/\($big)/threads:0"; "files: open, 2 threads, time / read and write"; "<= 1.2"),
  times("gcm_raw_encrypt/\($segment)"; "gcm_segment_seal/\($segment)"; "segment of 1 MiB: seal, rate / raw EVP"; "-"),
  times("gcm_raw_decrypt/\($segment)"; "gcm_segment_open/\($segment)"; "segment of 1 MiB: open, rate / raw EVP"; "-")

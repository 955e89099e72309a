# markdown.jq - BENCHMARKS.md out of results.json: jq -r --arg plots FOLDER -f markdown.jq
def digits($n): pow(10; $n) as $p | (. * $p | round | fabs) as $i
	| (if . < 0 then "-" else "" end) + ($i / $p | floor | tostring)
	+ if $n == 0 then "" else "." + ($i % $p | tostring | "0" * ($n - length) + .) end;
def table($head): "| " + ($head | join(" | ")) + " |", "|" + ($head | map("---|") | add), (.[] | "| " + join(" | ") + " |"), "";
def time: if . < 0.0995 then (. * 1000 | digits(1)) + " ms" else digits(2) + " s" end;
def nanoseconds: if . < 1e3 then digits(0) + " ns" elif . < 1e6 then (. / 1e3 | digits(1)) + " us"
	elif . < 1e9 then (. / 1e6 | digits(1)) + " ms" else (. / 1e9 | digits(2)) + " s" end;
def promises: ["", "In memory: the raw cipher's speed", "File to file: the time of cp", "A tree of small files: the time of tar",
	"Verifying, and piping into nothing", "Those that one would use instead", "Many small envelopes", "Start-up", "Memory", "Other encodings: the rate of DER"];
# A promise in one row: kept if each of its ratios is, otherwise with those that are not, and why.
def missed: "\(.text): \(.medians | digits(2))"
	+ (if .verdict | test("noisy") then " (noisy, \(.best | digits(2)) at best)" else "" end) + " where \(.target) was asked for";
def summary($point):
	[.[] | select(.point == $point and .target != "-")] as $judged
	| [$judged[] | select(.verdict | startswith("missed"))] as $not
	| ["\($point)", promises[$point],
	   if $judged == [] then "not measured in this run"
	   elif $not == [] then "met, in all of \($judged | length) ratios"
	   else "not met, in \($not | length) of \($judged | length) ratios: "
		+ ([$not | group_by(.reason)[] | (map(missed) | join("; ")) + ". Reason: " + (.[0].reason // "none is known yet") + "."]
			| join("<br>")) end];

def distinct: reduce .[] as $x ([]; if index([$x]) then . else . + [$x] end);

# A table of one job in one place: peers by shapes.
def matrix($place; $job):
	[.processes[] | select(.place == $place and .job == $job)] as $cells
	| ($cells | map(.shape) | distinct) as $shapes
	| ($cells | map(.peer) | unique | sort_by([(test("^(cp|tar)") | not), (test("^pli") | not), .])) as $peers
	| if $cells == [] then empty else
		[$peers[] | . as $peer | [$peer] + [$shapes[] | . as $shape
			| first($cells[] | select(.peer == $peer and .shape == $shape)) // null
			| if . == null then "" elif .status == "ok" then .seconds.median | time else .status end]]
		| table(["\(if $job == "null" then "open to /dev/null" else $job end), \($place)"] + $shapes)
	  end;

def details($shape):
	[.processes[] | select(.shape == $shape and .status == "ok")]
	| if . == [] then empty else
		sort_by(.place != "memory", .job != "seal", .job, .seconds.median)
		| map([.place, .job, .peer, (.bytes / .seconds.median / 1e6 | digits(0)), (.seconds.median | digits(3)),
			(.user_seconds | digits(3)), (.system_seconds | digits(3)), (.peak_kib / 1024 | digits(1)), "\(.rounds)"])
		| "\($shape):", "",
		  table(["place", "job", "who", "MB/s", "seconds", "user", "system", "peak MiB", "rounds"])
	  end;

def layers($pattern):
	[.rows[] | select((.name | test($pattern)) and .nanoseconds)
		| [.name, (.nanoseconds.median | nanoseconds), (.cpu_nanoseconds | nanoseconds),
		   (if .bytes_per_second then .bytes_per_second / 1e6 | digits(0) else "" end),
		   (if .allocations then .allocations | digits(0) else "" end)]]
	| if . == [] then empty else table(["row", "time", "CPU", "MB/s", "allocations"]) end;

"# Benchmarks", "",
"Written by `bench/run` (\(.mode)), from \(.started) to \(.ended). [bench/README.md](bench/README.md) says what each number",
"means and how noise is handled. Ratios are of medians; *best* is the ratio of the best times.", "",
(if .mode == "smoke" then "Everything ran once, with small files: the numbers mean nothing.", "" else empty end),
"| | |", "|---|---|",
(.machine | "| CPU | \(.cpus) x \(.cpu) (\(.cpu_features)) |", "| memory | \(.memory_bytes / 1073741824 | digits(1)) GiB |",
	"| system | \(.os), \(.kernel) |", "| places | memory: \(.memory_place), disk: \(.disk_place) |",
	"| load before | \(.load) |"),
"| pli | \(.pli), commit \(.commit), cipher: \(.backend) |",
(.versions | to_entries[] | select(.value != "") | "| \(.key) | \(.value) |"), "",
"## The promises", "",
(.ratios as $ratios | [range(1; promises | length) as $point | $ratios | summary($point)] | table(["", "promise", ""])),
"Each ratio:", "",
(.ratios | group_by(.point)[] | "### \(.[0].point). \(promises[.[0].point])", "",
	(map([.text, (.medians | digits(2)), (.best | digits(2)), .target, .verdict]) | table(["ratio", "medians", "best", "target", ""]))),
"## Whole processes", "",
"Median times. Every output was compared with what was sealed. *slow*: below 200 MB/s, so not measured above 1 GiB.", "",
(("memory", "disk") as $place | ("seal", "open", "verify", "null") as $job | matrix($place; $job)),
([.processes[] | select(.status == "failed" or .status == "missing" or .status == "room")
	| "* \(.place), \(.shape): \(.peer) \(.job): \(.status): \(.note)"] | if . == [] then empty else .[], "" end),
"<details><summary>Wall, user, system time and peak memory of each</summary>", "",
details([.processes[].shape] | distinct[]),
"</details>", "",
"![Sealing by size](\($plots)/seal.svg)", "", "![Opening by size](\($plots)/open.svg)", "",
"![By threads](\($plots)/threads.svg)", "", "![Memory by size](\($plots)/memory.svg)", "",
(if .budget == [] then empty else
	"## Where the time goes", "",
	"Nanoseconds of CPU time for each byte of a file, all threads together, out of perf's samples (`bench/budget`).", "",
	(["read", "cipher", "copy", "pli", "write", "fault", "rest"] as $names
		| [.budget | group_by([.file_system, .job])[] | . as $parts
			| [.[0].file_system, .[0].job] + [$names[] as $name | $parts[] | select(.part == $name).nanoseconds | digits(3)]
			+ [$parts | map(.nanoseconds) | add | digits(3)]]
		| table(["file system", "job"] + $names + ["all"])) end),
"## Layers", "",
layers("^(gf_|ring_|framing_|archive_)"),
layers("^(gcm_.*|(stream|files|pipe|null).*)/size:(1048576|268435456|1073741824)")

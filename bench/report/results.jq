# results.jq - everything that was measured, as one JSON value (README.md has its schema).
#
#	jq -n -L FOLDER --slurpfile meta META --slurpfile rows ROWS --rawfile runs RUNS --rawfile peaks PEAKS \
#		--rawfile budget BUDGET --rawfile remarks REMARKS -f results.jq
#
# META: what the suite ran on. ROWS: JSON of the benchmark program, any number. RUNS: compare/run's. PEAKS: bench/run's.
# BUDGET: bench/budget's. REMARKS: remarks.md, of which each ratio that misses its target gets the reason.
include "ratios";

def median: sort | if length == 0 then null elif length % 2 == 1 then .[(length - 1) / 2]
	else (.[length / 2 - 1] + .[length / 2]) / 2 end;
def unit: { ns: 1, us: 1e3, ms: 1e6, s: 1e9 }[.];
def lines: split("\n")[] | select(length > 0);

# Of a row its repetitions; those that were skipped or failed say so.
def row:
	.[0] as $any | map(select(.error_occurred != true)) as $good
	| { name: $any.run_name | sub("/process_time.*"; "") }
	+ if $good == [] then { error: $any.error_message }
	  else { repetitions: $good | length,
		nanoseconds: ($good | map(.real_time * (.time_unit | unit)) | { median: median, best: min, worst: max }),
		cpu_nanoseconds: ($good | map(.cpu_time * (.time_unit | unit)) | median),
		bytes_per_second: ($good | map(.bytes_per_second // empty) | median),
		items_per_second: ($good | map(.items_per_second // empty) | median),
		allocations: ($good | map(.allocs // empty) | median),
		label: $any.label }
	  end
	| with_entries(select(.value != null));

# Of a process its rounds.
def process:
	map(select(.status == "ok")) as $good
	| (.[0] | { place, shape, bytes, peer, job })
	+ if $good == [] then (.[0] | { status, note })
	  else { status: "ok", rounds: $good | length,
		seconds: ($good | map(.seconds) | { median: median, best: min, worst: max }),
		user_seconds: ($good | map(.user) | median), system_seconds: ($good | map(.system) | median),
		peak_kib: ($good | map(.peak_kib) | max) }
	  end;

def order: ["1KiB", "1MiB", "100MiB", "1GiB", "4GiB"] as $sizes
	| .shape as $shape
	| [.place != "memory", ($sizes | index($shape) // 9), $shape, .peer, .job];

[$rows[].benchmarks[] | select(.run_type == "iteration")] as $raw
| [$raw | group_by(.run_name) | sort_by(.[0].family_index, .[0].per_family_instance_index)[] | row] as $named
| [$runs | lines | split("\t") | { place: .[0], shape: .[1], bytes: (.[2] | tonumber), peer: .[3], job: .[4], status: .[6],
	seconds: (.[7] | tonumber), peak_kib: (.[9] | tonumber), user: (.[10] | tonumber), system: (.[11] | tonumber), note: .[12] }]
	as $processes
| [$peaks | lines | split(" ") | { size: .[0], job: .[1], seconds: (.[2] | tonumber), peak_kib: (.[4] | tonumber) }] as $top
| ($processes | group_by([.place, .shape, .peer, .job]) | map(process) | sort_by(order)) as $compared
| $meta[0] + { schema: 1, rows: $named, processes: $compared, peaks: $top,
	budget: [$budget | lines | split("\t") | { file_system: .[0], job: .[1], part: .[2], nanoseconds: (.[3] | tonumber) }],
	ratios: ([$remarks | lines | capture("^\\| (?<point>[0-9]+) \\| (?<ratio>.+) \\| (?<reason>.+) \\|$")] as $reasons
		| { rows: ($named | map(select(.nanoseconds) | { key: .name, value: .nanoseconds }) | from_entries),
		processes: $compared, peaks: $top, cpus: $meta[0].machine.cpus,
			features: $meta[0].machine.cpu_features } | ratios
		| map(. as $r | if .verdict | startswith("missed") then
			.reason = (first($reasons[] | select((.point | tonumber) == $r.point and (.ratio as $re | $r.text | test($re)))
				| .reason) // null)
		  else . end)) }

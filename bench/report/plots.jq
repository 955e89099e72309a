# plots.jq - data for gnuplot out of results.json: jq -r --arg plot NAME -f plots.jq results.json
#
# A block for each line of the plot: its title in quotes, then x and y; blocks are two empty lines apart.
def block($title): if length == 0 then empty else "\"\($title)\"", (sort_by(.[0])[] | "\(.[0]) \(.[1])"), "", "" end;

# Plain files on the memory file system; of pli what it chooses itself.
def files: .processes[] | select(.place == "memory" and .status == "ok" and (.shape | test("^[0-9]+[KMG]iB$"))
	and (.peer | test("@") | not));

def by_peer($job; value):
	[files | select(.job == $job)] | group_by([(.peer | test("^pli") | not), .peer])[] | .[0].peer as $peer
	| [.[] | [.bytes, value]] | block($peer);

def by_threads($row):
	[.rows[] | select(.nanoseconds) | . as $r | .name
		| capture("^\($row)/size:268435456/threads:(?<n>[0-9]+)$")
		| [(.n | tonumber), $r.bytes_per_second / 1e6]] | block($row);

if $plot == "threads" then
	by_threads("stream_raw_encrypt", "stream_raw_decrypt", "stream_seal", "stream_open", "stream_verify", "files_seal",
		"files_open", "files_verify", "null_open")
elif $plot == "memory" then by_peer("open"; .peak_kib / 1024)
else by_peer($plot; .bytes / .seconds.median / 1e6)
end

# table.jq - results.json for a terminal: jq -r -f table.jq results.json
def fixed: . * 100 | round | . / 100 | tostring | if test("\\.") then . + "0" * (3 - (length - index("."))) else . + ".00" end;
def pad($n): . + " " * ([$n - length, 0] | max);
def left($n): " " * ([$n - length, 0] | max) + .;

"\(.pli), \(.versions.openssl // "no openssl"), \(.machine.cpus) x \(.machine.cpu)",
(if .mode == "smoke" then "Everything ran once: the numbers mean nothing." else empty end),
"",
("ratio" | pad(66)) + (["medians", "best", "target"] | map(left(9)) | add),
(.ratios[] | ("\(.point) \(.text)" | pad(66)) + ([(.medians, .best | fixed), .target] | map(left(9)) | add) + "  " + .verdict),
(.processes[] | select(.status != "ok" and .status != "slow") | "\(.place), \(.shape): \(.peer) \(.job): \(.status): \(.note)")

# A line for each bar: where it stands, what it is, and the parts of the peak in GiB.
def gib: . / 1073741824;
map(select(.model != "mean")) | (map(.model) | reduce .[] as $m ([]; if index([$m]) then . else . + [$m] end)) as $models
| "# peak\n" + (to_entries | map(.key as $i | .value
    | [$i + (.model as $m | $models | index([$m])), "\(.model), \(.mode)", (.pool_bytes | gib),
       (.optimizer_bytes | gib), (.swap_out_bytes | gib), (.gradient_bytes | gib), (.overflow_bytes | gib),
       (.checkpoint_bytes | gib), (.runtime_bytes | gib), (.peak_bytes | gib)] | cells) | join("\n"))

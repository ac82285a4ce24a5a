# Rows of `skytrack rf compare --json`.
def geometric: if any(.[]; . <= 0) then 0 else (map(log) | add / length | exp) end;

# banked4 +forward +preshift
def file_name:
    .variant + (if .variant == "dual" then " " + .vertical else "" end)
    + (if .forward then " +forward" else "" end) + (if .preshift then " +preshift" else "" end);

def file_names: ["ff", "ff +forward", "horizontal", "horizontal +forward", "permuted", "vertical", "vertical_rewind",
    "greedy", "mincut", "oracle", "dual alternate", "dual rewind", "opbuf4", "banked4", "banked4 +preshift", "banked4 +forward",
    "banked4 +forward +preshift", "banked8", "banked8 +preshift", "banked8 +forward", "banked8 +forward +preshift"];

# Rows of the test input, of the train input where there is no other.
def tested: (map(.input) | unique | .[0]) as $input | map(select(.input == $input));

# Geometric means over the kernels, one point for each of the values of .[$by] and each register file.
def means($by):
    map(. + {file: file_name}) | group_by([.[$by], .file])
    | map({($by): .[0][$by], file: .[0].file,
           steps: (map(.track_steps_per_instruction) | geometric),
           cpi: (map(.cpi // 0) | geometric),
           pj: (map(.energy_pj_per_instruction) | geometric)});

# The value of one kernel's register file.
def value($rows; $kernel; $variant; $preset; $name):
    $rows | map(select(.kernel == $kernel and .variant == $variant and .preset == $preset and (.forward | not)
                       and (.preshift | not) and .vertical != "rewind")) | .[0][$name];

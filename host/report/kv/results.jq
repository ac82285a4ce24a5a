# What an evaluation prints of its rows: a table, comma-separated values, and the lines that gnuplot draws.
include "series";

def two: . * 100 | round / 100;
def three: if . >= 100 then . * 10 | round / 10 else two end;
def per_op: . as $row | {
    ns: .ns_per_op, pj: .pj_per_op, put_ns, get_ns, put_pj, get_pj,
    put_p50: (if .puts > 0 then .put_p50_ns else null end), put_p99: (if .puts > 0 then .put_p99_ns else null end),
    put_max: (if .puts > 0 then .put_max_ns else null end), get_p50: (if .gets > 0 then .get_p50_ns else null end),
    get_p99: (if .gets > 0 then .get_p99_ns else null end), get_max: (if .gets > 0 then .get_max_ns else null end),
    shifts: (.shifts / .ops), floor_shifts: (.floor_shifts / .ops), detects: (.detects / .ops),
    removes: (.removes / .ops), injects: (.injects / .ops), floor_injects: (.floor_injects / .ops),
    floor_pj: (.floor_injects * .inject_fj / 1000 / .ops)};

def columns: ["ns", "pj", "put_ns", "put_p99", "put_max", "get_ns", "get_p99", "get_max", "shifts", "floor_shifts", "detects", "removes", "injects", "floor_injects", "floor_pj"];
def table_lines: ["series", "x", "step"] + columns,
    (.[] | per_op as $o | [.series, .x, .step] + [columns[] as $c | $o[$c] | if . == null then "-" else three end]);
def csv_lines: (columns + ["put_p50", "get_p50", "put_pj", "get_pj"]) as $all
    | ["series", "x", "step"] + $all + ["ops", "mapping", "value_bytes", "workload", "job"],
    (.[] | per_op as $o | [.series, .x, .step] + [$all[] as $c | $o[$c]] + [.ops, .mapping, .value_bytes, .workload, .job]);

# The share of `beps` that skyeps saves, beside what it is to save at least.
def bands: [("word", "bit") as $m | (8, 64) as $b | {m: $m, b: $b}] as $points
    | def at($p; $step): map(select(.series == "\($p.m)_\($p.b)_load" and .step == $step))[0];
    . as $rows | ["saves of beps", "ns", "at least", "pJ", "at least"],
    ($points[] as $p | ($rows | at($p; "beps")) as $base
     | (["skyeps", ($rows | at($p; "skyeps")), (if $p.m == "word" then 85 else 75 end),
         (if $p.m == "word" then if $p.b == 8 then 65 else 83 end else 68 end)],
        if $p.m == "word" then ["skyeps, inline leaf, naive writes", ($rows | at($p; "skyeps-inline-naive")), "-",
                                (if $p.b == 8 then 35 else 58 end)] else empty end)
     | ["\(.[0]), \($p.m), \($p.b) B", "\((1 - .[1].ns_per_op / $base.ns_per_op) * 1000 | round / 10) %", "\(.[2]) %",
        "\((1 - .[1].pj_per_op / $base.pj_per_op) * 1000 | round / 10) %", "\(.[3]) %"]);

def plot: map(. + per_op) | series("series"; "x"; .step, .ns, .pj, .floor_pj);

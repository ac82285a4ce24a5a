# Tracks at the proportions of device_5fj and without leakage: energy goes with the price of a step. The mean over the
# kernels of each register file, against what SRAM takes without its leakage.
tested as $rows
| {sram_hp: 720, sram_lop: 34, sram_lstp: 0.12} as $leakage_uw
| def average: add / length;
  ($rows | map(select(.preset == "device_5fj") | . + {file: file_name})
   | map(select(.file == ("horizontal", "mincut", "dual alternate", "banked8 +forward +preshift")))) as $tracks
| [$leakage_uw | to_entries[] as {key: $sram, value: $uw}
   | ($tracks | group_by(.file)[]) as $file | ($file | map(.energy_pj_per_instruction) | average) as $pj
   | ($rows | map(select(.preset == $sram and .forward == $file[0].forward)
                  | .energy_pj_per_instruction - $uw * .cpi * $cycle_ns / 1000) | average) as $active
   | (0.2, 0.5, 1, 2, 5, 10, 20, 30, 58, 100, 200, 610) as $shift
   | ($pj * $shift / 5 - $active) as $more | select($more > 0)
   | {curve: "\($sram)_\($file[0].variant)", $shift, mips: ($uw / $more)}]
| series("curve"; "shift"; .mips)

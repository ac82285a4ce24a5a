tested as $rows | ($rows | map(.kernel) | unique) as $kernels
| [$kernels[] as $kernel | ("track-steps", "rtsim_destiny", "scratchpad_4k", "device_30fj", "device_5fj") as $what
   | (if $what == "track-steps" then ["device_5fj", "track_steps_per_instruction"]
      else [$what, "energy_pj_per_instruction"] end) as [$preset, $name]
   | {$kernel, $what, ratio: (value($rows; $kernel; "horizontal"; $preset; $name)
                              / value($rows; $kernel; "mincut"; $preset; $name))}]
| bars("what"; "kernel"; $kernels; .ratio)

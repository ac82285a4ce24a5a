map(. + {rows: (.["device.tracks"] / 512)}) | series("controller.age_cap"; "rows"; .shifts / .requests, .p99_ns)

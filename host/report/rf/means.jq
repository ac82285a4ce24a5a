map(select(.preset == "device_30fj" or .preset == "sram_lop")) | means("input")
| bars("input"; "file"; file_names; .steps, .cpi)

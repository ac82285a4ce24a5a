tested | map(select(.preset == ("device_30fj", "device_5fj", "scratchpad_4k") and .variant != "ff"
                    or .preset == "sram_lop")) | means("preset")
| bars("preset"; "file"; file_names; .pj)

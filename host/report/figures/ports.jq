series("write-alg"; "controller.max_ports_driven"; .ns_per_line, .pj_per_line, .shifts / (.bytes / 64) * 0.5)

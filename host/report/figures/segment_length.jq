series("write-alg"; "device.sites_per_segment"; .ns_per_line, .pj_per_line, .shifts / (.bytes / 64) * 0.5)

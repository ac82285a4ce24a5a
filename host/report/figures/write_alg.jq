bars("mapping"; "write-alg"; ["naive", "dcw", "fnw", "pw", "pw_fnw"]; .ns_per_line, .pj_per_line)

series("scheduler"; "queue-depth"; .ns_per_line, .p99_ns)

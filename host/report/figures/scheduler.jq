bars("return-policy"; "scheduler"; ["fcfs", "nearest", "elevator", "coalesce"]; .mean_ns, .p99_ns, .ns_per_line)

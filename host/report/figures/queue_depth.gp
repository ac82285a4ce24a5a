# What a deeper queue is worth: a scheduler can only choose among what waits there.
set multiplot layout 1,2 title "128 requests under way on 64 rows, stay (bit-interleaved, half of the lines written)"
set logscale x 2
set xtics 1,2,64
set xrange [0.9:72]
set xlabel "commands in the queue (queue\\_depth)"
set ylabel "model time per line (ns)"
plot for [i=1:words(series)] data index word(series, i) using 1:2 linestyle i title word(series, i)
unset label 1
set ylabel "latency, 99th percentile (ns)"
plot for [i=1:words(series)] data index word(series, i) using 1:3 linestyle i title word(series, i)
unset multiplot

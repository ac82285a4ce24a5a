# Latency with 16 requests under way, by scheduler and return policy; fcfs with home is what an unscheduled memory does.
set multiplot layout 1,2 title "16 requests under way on 64 rows (bit-interleaved, half of the lines written)"
set style data histogram
set xlabel "scheduler"
set ylabel "latency, mean (ns of model time)"
plot for [i=1:words(series)] data index word(series, i) using 2:xticlabels(1) linecolor "black" \
     fillstyle pattern (i == 1 ? 4 : 2) title word(series, i)
unset label 1
set ylabel "latency, 99th percentile (ns)"
plot for [i=1:words(series)] data index word(series, i) using 3:xticlabels(1) linecolor "black" \
     fillstyle pattern (i == 1 ? 4 : 2) title word(series, i)
unset multiplot

# Latency and energy of a line against the length of a segment; the shifts alone are a lower bound of the time.
set multiplot layout 1,2 title "A line of 64 bytes by segment length (word-based, 64 segments, half of the lines written)"
set logscale x 2
set xtics (8, 16, 32, 64)
set xrange [7:73]
set xlabel "sites between two ports (sites\\_per\\_segment)"
set ylabel "model time per line (ns)"
plot for [i=1:words(series)] data index word(series, i) using 1:2 linestyle i title word(series, i), \
     data index word(series, 1) using 1:4 with lines linestyle 8 title "lower bound: shifts alone"
unset label 1
set ylabel "energy per line (pJ)"
plot for [i=1:words(series)] data index word(series, i) using 1:3 linestyle i title word(series, i)
unset multiplot

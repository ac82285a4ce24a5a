# Latency and energy of a line against the ports driven at once; the shifts alone are a lower bound of the time.
set multiplot layout 1,2 title "Writing a line of 64 bytes across 32 ports (word-based, 32 segments of 16 sites)"
set logscale x 2
set xtics 1,2,32
set xrange [0.9:36]
set xlabel "ports driven at once (max\\_ports\\_driven)"
set ylabel "model time per line (ns)"
plot for [i=1:words(series)] data index word(series, i) using 1:2 linestyle i title word(series, i), \
     data index word(series, 1) using 1:4 with lines linestyle 8 title "lower bound: shifts alone"
unset label 1
set ylabel "energy per line (pJ)"
plot for [i=1:words(series)] data index word(series, i) using 1:3 linestyle i title word(series, i)
unset multiplot

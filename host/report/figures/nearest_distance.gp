# Steps per request under nearest and stay. The two peers are the mean distances of a uniformly random site: to the
# nearest port and back home (17 steps), and from wherever the last one left the heads (8.8 steps).
set multiplot layout 1,2 title "nearest with stay, 32 requests under way (bit-interleaved, 32 sites between two ports)"
set logscale x 2
set xtics (1, 2, 4, 8, 16, 32, 64, 128)
set xrange [0.9:145]
set xlabel "rows"
set label 2 "peer: home, any scheduler" at 1,17.9 font ",12"
set label 3 "peer: stay, first come first served" at 1,9.7 font ",12"
set ylabel "shift distance (steps per request)"
plot for [i=1:words(series)] data index word(series, i) using 1:2 linestyle i title "age cap ".word(series, i), \
     17 with lines linestyle 9 notitle, \
     8.8 with lines linestyle 8 notitle
unset label
set ylabel "latency, 99th percentile (ns)"
plot for [i=1:words(series)] data index word(series, i) using 1:3 linestyle i title "age cap ".word(series, i)
unset multiplot

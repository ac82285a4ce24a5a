# A sweep of the trees: time and energy of an operation over one parameter. `title_text` and `x_label` are set by
# scripts/bench kv.
set termoption noenhanced
set multiplot layout 1,2 title title_text
set key font ",12" maxrows 2
set logscale xy
set xrange [*:*] noextend
set yrange [*:*]
set format y "%g"
set xlabel x_label
set style line 5 linecolor "#555555" linewidth 1.6 dashtype 1 pointtype 2 pointsize 0.9
set ylabel "model time of an operation (ns)"
plot for [i=1:words(series)] data index word(series, i) using 1:3:xtic(1) linestyle i title word(series, i)
set ylabel "energy of an operation (pJ)"
plot for [i=1:words(series)] data index word(series, i) using 1:4:xtic(1) linestyle i title word(series, i), \
     data index word(series, 1) using 1:($5 > 0 ? $5 : NaN) with lines linestyle 9 title "lower bound"
unset multiplot

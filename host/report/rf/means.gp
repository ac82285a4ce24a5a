# Track-steps and cycles an instruction by register file.
set terminal svg size 1200,620 font "sans-serif,14" background "white" linewidth 1.2
set multiplot layout 1,2 title "An instruction on every register file (geometric means over the kernels)"
set style data histogram
set xtics noenhanced rotate by 60 right font ",10"
set bmargin 11.5
set logscale y
set yrange [*:*]
set ylabel "track-steps an instruction"
plot for [i=1:words(series)] data index word(series, i) using ($2 > 0 ? $2 : NaN):xticlabels(1) linecolor "black" \
     fillstyle pattern (i == 1 ? 4 : 2) title word(series, i)
unset label 1
set ylabel "cycles an instruction"
plot for [i=1:words(series)] data index word(series, i) using ($3 > 0 ? $3 : NaN):xticlabels(1) linecolor "black" \
     fillstyle pattern (i == 1 ? 4 : 2) title word(series, i)
unset multiplot

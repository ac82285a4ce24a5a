# What every figure has in common: black on white, told apart by dashes, points and patterns. `data` and `note` are set
# by scripts/figures.
set terminal svg size 960,480 font "sans-serif,14" background "white" linewidth 1.2
set encoding utf8
set label 1 note at screen 0.01,0.02 left font "sans-serif,10" noenhanced
set border 3
set tics nomirror out
set grid ytics linecolor "#cccccc" linewidth 0.5 dashtype 1
set key above maxrows 3 spacing 1.2 samplen 4 width 1
set style data linespoints
set style line 1 linecolor "black" linewidth 1.6 dashtype 1 pointtype 7 pointsize 0.8
set style line 2 linecolor "black" linewidth 1.6 dashtype 2 pointtype 4 pointsize 0.8
set style line 3 linecolor "black" linewidth 1.6 dashtype 4 pointtype 9 pointsize 0.9
set style line 4 linecolor "black" linewidth 1.6 dashtype 5 pointtype 6 pointsize 0.8
set style line 8 linecolor "#555555" linewidth 1.2 dashtype 3 pointtype 0
set style line 9 linecolor "#555555" linewidth 1.2 dashtype "_ ." pointtype 0
set style histogram clustered gap 1.5
set style fill pattern 1 border linecolor "black"
set boxwidth 0.9
set yrange [0:*]
set lmargin 10
set bmargin 5.5
set tmargin 4.5 # room for the key of either panel

# The names of the blocks of a data file, in its order.
series = system(sprintf("sed -n 's/^# \\([^ :]*\\)$/\\1/p' '%s'", data))
has(name) = strstrt(" ".series." ", " ".name." ") > 0

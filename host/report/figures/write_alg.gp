# Latency and energy of writing a line, by algorithm; a mapping that the memory does not take is not there.
set multiplot layout 1,2 title "Writing a line of 64 bytes (preset skyrmion, word-based or bit-interleaved)"
set style data histogram
set style fill pattern 1 border linecolor "black"
set xtics noenhanced
set xlabel "write algorithm"
set ylabel "model time per line (ns)"
label(name) = name eq "word" ? "word-based" : "bit-interleaved"
# The word-based block comes last in the data and holds every algorithm: it gives the labels.
plot for [i=words(series):1:-1] data index word(series, i) using 2:xticlabels(1) linecolor "black" \
     fillstyle pattern (word(series, i) eq "word" ? 4 : 2) title label(word(series, i))
unset label 1
set ylabel "energy per line (pJ)"
plot for [i=words(series):1:-1] data index word(series, i) using 3:xticlabels(1) linecolor "black" \
     fillstyle pattern (word(series, i) eq "word" ? 4 : 2) title label(word(series, i))
unset multiplot

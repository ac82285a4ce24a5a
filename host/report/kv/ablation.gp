# Time and energy of an insert as mechanism after mechanism is added; points without a line are whole trees. Lower
# bound: every one of keys and values injected once.
set terminal svg size 1080,620 font "sans-serif,14" background "white" linewidth 1.2
set termoption noenhanced
set multiplot layout 1,2 title title_text
set key font ",12" maxrows 2
set logscale y
set yrange [*:*]
set format y "%g"
set bmargin 10
set xtics rotate by 50 right font ",11"
set xrange [0.5:14.5]
steps = 9 # of the ladder; the peers follow
shown = "word_8_load word_64_load bit_8_load bit_64_load"
label(s) = (s[1:4] eq "word" ? "word, " : "bit, ").(strstrt(s, "_64_") > 0 ? "64 B" : "8 B")
set ylabel "model time of an insert (ns)"
plot for [i=1:words(shown)] data index word(shown, i) every ::0::steps-1 using 1:3:xtic(2) linestyle i title label(word(shown, i)), \
     for [i=1:words(shown)] data index word(shown, i) every ::steps using 1:3:xtic(2) with points linestyle i notitle
set ylabel "energy of an insert (pJ)"
plot for [i=1:words(shown)] data index word(shown, i) every ::0::steps-1 using 1:4:xtic(2) linestyle i title label(word(shown, i)), \
     for [i=1:words(shown)] data index word(shown, i) every ::steps using 1:4:xtic(2) with points linestyle i notitle, \
     data index "word_8_load" using 1:5 with lines linestyle 9 title "least, 8 B", \
     data index "word_64_load" using 1:5 with lines linestyle 8 title "least, 64 B"
unset multiplot

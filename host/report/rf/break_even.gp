# The speed below which tracks take less energy than SRAM, over the price of a track-step; one panel for each SRAM.
set terminal svg size 1200,520 font "sans-serif,14" background "white" linewidth 1.2
set multiplot layout 1,3 title "Below a curve the racetrack file takes less energy than SRAM, above it more"
set logscale xy
set format y "%g"
set yrange [*:*]
set xlabel "fJ a track-step"
set ylabel "million instructions a second"
set key inside bottom left font ",11"
leaks(sram) = sram eq "sram_hp" ? "720 µW" : sram eq "sram_lop" ? "34 µW" : "0.12 µW"
files = "horizontal mincut dual banked8"
do for [sram in "sram_hp sram_lop sram_lstp"] {
    set title sram.", leaks ".leaks(sram) noenhanced
    plot for [i=1:words(files)] data index sram."_".word(files, i) using 1:2 linestyle i title word(files, i)
    unset label 1
}
unset multiplot

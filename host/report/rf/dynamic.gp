# What static horizontal takes over what dynamic takes, by kernel, in track-steps and in energy.
set terminal svg size 1200,560 font "sans-serif,14" background "white" linewidth 1.2
set title "A horizontal racetrack file over a dynamic one that follows the minimum cut (neither is SRAM)"
set tmargin 7
set bmargin 8
set xtics noenhanced rotate by 45 right
set ylabel "static horizontal / dynamic"
shown = "track-steps device_30fj device_5fj scratchpad_4k rtsim_destiny"
label(name) = name eq "track-steps" ? name : "energy, ".name
set style data histogram
plot for [i=1:words(shown)] data index word(shown, i) using 2:xticlabels(1) linecolor "black" \
     fillstyle pattern i title label(word(shown, i)) noenhanced, 1 with lines linestyle 8 notitle

# Energy of the register file an instruction, by register file and preset.
set terminal svg size 1200,620 font "sans-serif,14" background "white" linewidth 1.2
set title "Energy of an instruction (geometric means over the kernels; bits read and written, migrations, leakage)"
set tmargin 7
set bmargin 11.5
set xtics noenhanced rotate by 60 right font ",10"
set logscale y
set yrange [*:*]
set ylabel "pJ an instruction"
sram = system(sprintf("sed -n '/^# sram_lop$/{n;s/.* //p}' '%s'", data)) + 0
tracks = ""
do for [name in series] { if (name ne "sram_lop") { tracks = tracks." ".name } }
set style data histogram
plot for [i=1:words(tracks)] data index word(tracks, i) using 2:xticlabels(1) linecolor "black" \
     fillstyle pattern i + 1 title word(tracks, i) noenhanced, \
     sram with lines linestyle 8 title "SRAM, sram\\_lop, at full speed"

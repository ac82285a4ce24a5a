# Where the host memory of SSD-offloaded fine-tuning goes, part by part: a bar for each mode of each model.
set title "Peak of host memory, full fine-tuning, fp16 weights, fp32 gradients, one GPU, no activations"
set terminal svg size 960,620 font "sans-serif,14" background "white" linewidth 1.2
set bmargin 10
set xtics rotate by 40 right font ",12" noenhanced
set xrange [-0.8:*]
set ylabel "host memory (GiB)"
set key inside left top Left reverse maxrows 7
set tmargin 3
set boxwidth 0.8
array parts[7] = ["weights on their way", "optimizer buffers", "new weights", "gradients", "overflow check", "checkpoints", "runtime"]
patterns = "4 2 5 1 6 7 3"
# The lowest is drawn last, over those that reach higher.
upto(n) = sum [k=3:n] column(k)
plot for [j=7:1:-1] data index "peak" using 1:(upto(j + 2)):xtic(2) with boxes linecolor "black" \
     fillstyle pattern int(word(patterns, j)) border linecolor "black" title parts[j], \
     data index "peak" using 1:10:(sprintf("%.1f", $10)) with labels offset 0,0.6 font ",11" notitle

# plots.gp - one plot: gnuplot -e "data='FILE'; image='FILE.svg'; plot_name='NAME'" plots.gp
set terminal svg noenhanced size 960,540 font "sans,13" background "white"
set output image
set key outside right top
set grid
set style data linespoints
set pointsize 0.6
# Twelve that can be told apart.
colours = "#d62728 #ff7f0e #8c564b #1f77b4 #2ca02c #9467bd #e377c2 #7f7f7f #bcbd22 #17becf #000000 #aec7e8"
do for [i = 1:12] {
	set linetype i linecolor rgb word(colours, i) linewidth 2 pointtype i
}

if (plot_name eq "threads") {
	set title "256 MiB, by threads"
	set xlabel "threads (0: the calling thread alone)"
	set ylabel "MB/s"
	set xrange [-0.2:4.2]
	set xtics 1
	set yrange [0:*]
} else {
	set logscale x 2
	set xlabel "size of the file"
	set xtics ("1 KiB" 1024, "32 KiB" 32768, "1 MiB" 1048576, "32 MiB" 33554432, "1 GiB" 1073741824, "4 GiB" 4294967296)
	set logscale y 10
	if (plot_name eq "memory") {
		set title "Opening: the largest resident set"
		set ylabel "MiB"
	} else {
		set title sprintf("To %s a file, whole processes, memory file system", plot_name)
		set ylabel "MB/s"
	}
}
stats data using 1 nooutput
plot for [i = 0:STATS_blocks - 2] data index i using 1:2 title columnheader(1)

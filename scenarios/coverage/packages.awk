# Reads a coverage profile and tells, by package, how many of its statements ran, and which files have the most
# that did not. Generated files are left out.
#
#   awk -v seeds=300 -f scenarios/coverage/packages.awk out/simcover.txt
NR > 1 && $1 !~ /_gen\.go:/ {
	split($1, at, ":")
	file = at[1]
	package = file
	sub("/[^/]*$", "", package)
	all[package] += $2
	left[file] += $3 > 0 ? 0 : $2
	of[file] += $2
	if ($3 > 0) ran[package] += $2
	# What decides, stores and speaks on connections: the aim is of these.
	if (package ~ /^momus\/(core|disk\/seglog|net\/frame)/ && package !~ /core\/config$/) {
		aimed += $2
		if ($3 > 0) hit += $2
	}
}
END {
	for (package in all)
		printf "%5.1f%% of %5d statements  %s\n", 100 * ran[package] / all[package], all[package], package | "sort -k6"
	close("sort -k6")
	print "\nfiles with the most statements that no seed ran:"
	for (file in left)
		if (left[file] > 0) printf "%5d of %5d  %s\n", left[file], of[file], file | "sort -rn | head -n 25"
	close("sort -rn | head -n 25")
	printf "FIGURE coverage by %d seeds alone: %.1f%% of %d statements of core, disk/seglog and net/frame\n", seeds, 100 * hit / aimed, aimed
}

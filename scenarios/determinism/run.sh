#!/usr/bin/env bash
# The same seed gives the same hash: in another process, with other GOMAXPROCS and GOGC, under the
# race detector, and built without optimisation, where values lie and are shared otherwise. Compares
# each seed's line but for the real time that it took.
#
#   scenarios/determinism/run.sh [FIRST LAST]      needs bin/momus, bin/momus-race and bin/momus-plain
set -euo pipefail
cd "$(dirname "$0")/../.."

first=${1:-1}
last=${2:-20}
out=out/determinism
mkdir -p "$out"

# verdicts NAME BINARY [VARIABLE=VALUE...] leaves the seeds' lines in $out/NAME.
verdicts() {
	local name=$1 binary=$2
	shift 2
	env "$@" "$binary" sim --seeds "$first..$last" >"$out/$name.all"
	sed -nE '/^seed=/ { s/ real=[^ ]*//; p }' "$out/$name.all" >"$out/$name"
}

verdicts first bin/momus
expected=$((last - first + 1))
found=$(wc -l <"$out/first")
if [ "$found" -ne "$expected" ]; then
	echo "determinism: $found seeds of $expected reported a line" >&2
	exit 1
fi

status=0
# same NAME BINARY [VARIABLE=VALUE...] runs the seeds once more and compares.
same() {
	verdicts "$@"
	if diff "$out/first" "$out/$1" >"$out/$1.diff"; then
		echo "determinism: $expected seeds alike: $1"
	else
		echo "determinism: $1 differs from the first run:" >&2
		head -n 20 "$out/$1.diff" >&2
		status=1
	fi
}

same another-process bin/momus
same one-processor bin/momus GOMAXPROCS=1
same two-processors bin/momus GOMAXPROCS=2
same no-collector bin/momus GOGC=off
same eager-collector bin/momus GOGC=5
same race-detector bin/momus-race
same unoptimised bin/momus-plain

scenarios/determinism/planted.sh || status=1
[ "$status" -eq 0 ] && echo "FIGURE determinism: $expected seeds, 8 runs, the same hashes"
exit "$status"

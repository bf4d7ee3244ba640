#!/usr/bin/env bash
# Thousands of partitions, with data in them: start-up after a clean stop and after kill -9, memory and
# open files, idle CPU, creation, the cost of a batch at 10, 1,000 and 10,000 partitions, and recovery in
# MB/s. With PEER a real Kafka takes the same loads in the same run, up to 1,000 partitions. Rewrites the
# table in docs/bench.md; the lines are left in out/bench/scale-*.jsonl.
#
#   PASSES=N      how often each cost of a batch is measured, in turns (default 3)
#   REQUIRE=all   no Kafka beside ours fails the run
set -euo pipefail
cd "$(dirname "$0")/../.."

passes=${PASSES:-3}
peer=${PEER:-}
if [ -n "$peer" ] && [ -d "$peer" ]; then peer=$peer/kafka; fi
series=scale
# shellcheck source=scenarios/bench/server.sh
source scenarios/bench/server.sh

# fill N makes N partitions and puts a batch into each.
fill() {
	load "create-$1" partitions --prefix "p$1" --partitions "$1" --duration 5s
	load "first-$1" spread --prefix "p$1" --partitions "$1" --count $(($1 < 5000 ? 5000 : $1)) --size 2000
}

# starts N measures both starts with N partitions.
starts() {
	crash
	up "kill-$1" --topic p10-0
	down
	up "clean-$1" --topic p10-0
}

# costs N... measures the cost of a batch at each number of partitions, in turns.
costs() {
	local i n
	for ((i = 0; i < passes; i++)); do
		for n in "$@"; do
			load "append-$n" spread --prefix "p$n" --partitions "$n" --count 20000 --size 2000
			load "read-$n" gather --prefix "p$n" --partitions "$n" --count 20000 --size 2000
			load "large-$n" spread --prefix "p$n" --partitions "$n" --count 10000 --size 16000
		done
	done
}

# recovery measures a start on 400 MB that no recovery point covers, beside one after a clean stop.
recovery() {
	up empty-2
	load written keep --prefix long --records 390625 --size 1024 --partitions 4 --linger 5ms
	crash
	up recovery --topic bench-startup
	down
	up recovered --topic bench-startup
	down
}

for server in "${servers[@]}"; do
	port=$(free_port)
	up empty
	fill 10
	fill 1000
	starts 1000
	if [ "$server" = ours ]; then
		fill 10000
		costs 10 1000 10000
		starts 10000
	else
		costs 10 1000
	fi
	down
	rm -rf "${work:?}/$server"
	recovery
	rm -rf "${work:?}/$server"
done
"$tool" scale docs/bench.md "$out/scale-ours.jsonl" ${peer:+"$out/scale-kafka.jsonl"}

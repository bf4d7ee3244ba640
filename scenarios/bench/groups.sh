#!/usr/bin/env bash
# Consumer groups: what many groups of one member cost, one group of many, commits, how long a million committed
# offsets take to be loaded, and what the cleaner gets done, which their log lives by. With PEER a real Kafka takes the same loads in the same run. Leaves its lines in
# out/bench/groups-*.jsonl and prints figures.
#
#   PASSES=N      how often each load is measured (default 3)
#   OFFSETS=N     how many offsets are loaded (default 1000000)
#   REQUIRE=all   no Kafka beside ours fails the run
set -euo pipefail
cd "$(dirname "$0")/../.."

passes=${PASSES:-3}
offsets=${OFFSETS:-1000000}
peer=${PEER:-}
if [ -n "$peer" ] && [ -d "$peer" ]; then peer=$peer/kafka; fi
series=groups
# shellcheck source=scenarios/bench/server.sh
source scenarios/bench/server.sh

# A rebalance begins at once with both, as in Kafka's own configuration for tests.
# The cleaner looks often for work, so that what it does is measured and not how long it sleeps.
serve_more=(--override group.initial.rebalance.delay.ms=0 --override log.cleaner.backoff.ms=100)
kafka_more=(group.initial.rebalance.delay.ms=0 log.cleaner.backoff.ms=100)

# pass is one round of the loads.
pass() {
	local next
	for next in "" -next; do
		load "groups-200$next" groups --count 200 ${next:+--next-gen}
		load "members-100$next" members --count 100 ${next:+--next-gen}
		load "groups-1000$next" groups --count 1000 ${next:+--next-gen}
	done
	load commits-16 commits --clients 16 --count 40000
}

# clean has logs compacted, by a server that did nothing else before.
clean() {
	rm -rf "${work:?}/$server"
	up empty-again
	if [ "$server" = kafka ]; then load warm-up clean --records 200000 --size 1000 --linger 5ms; fi
	for ((i = 0; i < passes; i++)); do load clean clean --records 200000 --size 1000 --linger 5ms; done
	down
}

for server in "${servers[@]}"; do
	port=$(free_port)
	up empty
	if [ "$server" = kafka ]; then # a JVM compiles while it serves: its first round costs several times the later ones
		pass
		grep -v -e groups-200 -e members-100 -e groups-1000 -e commits-16 "$out/groups-kafka.jsonl" >"$work/kept" || true
		cp "$work/kept" "$out/groups-kafka.jsonl"
	fi
	for ((i = 0; i < passes; i++)); do pass; done
	load kept keepoffsets --prefix kept --count "$offsets"
	down
	up start-again --topic bench-startup
	load loaded loaded --prefix kept --began "$began"
	down
	clean
	rm -rf "${work:?}/$server"
done
"$tool" summary "$out/groups-ours.jsonl" ${peer:+"$out/groups-kafka.jsonl"}

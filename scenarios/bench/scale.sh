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
work=$(mktemp -d)
out=out/bench
mkdir -p "$out"
rm -f "$out"/scale-*.jsonl
# shellcheck source=scenarios/broker.sh
source scenarios/broker.sh
stop_seconds=120
kafka_pid=
kafka_dir=$work/kafka

cleanup() {
	local status=$?
	if [ -n "$kafka_pid" ]; then "$peer" stop -d "$kafka_dir" || true; fi
	broker_cleanup
	rm -rf "$work"
	exit "$status"
}
trap cleanup EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

tool=$work/bench
go build -o "$tool" ./scenarios/bench

# load LABEL WORKLOAD FLAG... measures one load against $server.
load() {
	local label=$1 workload=$2
	shift 2
	"$tool" "$workload" --label "$label" --server "$server" --brokers "127.0.0.1:$port" --pids "$pid" "$@" \
		>>"$out/scale-$server.jsonl"
}

# up LABEL FLAG... starts $server on $work/$server, and measures the way to the first ack.
up() {
	local label=$1 began deadline=$((SECONDS + 90)) starter
	shift
	sync
	echo "scale: $server, $label"
	if [ "$server" = ours ]; then
		began=${EPOCHREALTIME/[.,]/}
		"$momus" serve --http "" --override "log.dirs=$work/ours" \
			--override "listeners=PLAINTEXT://127.0.0.1:$port,CONTROLLER://127.0.0.1:$((port + 1))" >>"$work/ours.log" 2>&1 &
		pid=$!
		broker_pid=$pid
		broker_pids+=("$pid")
		load "$label" startup --began "$began" "$@"
		return
	fi
	rm -f "$kafka_dir/node-1.pid"
	"$peer" start -p "$port" -d "$kafka_dir" >>"$work/kafka.log" 2>&1 &
	starter=$!
	until [ -s "$kafka_dir/node-1.pid" ]; do
		if [ "$SECONDS" -ge "$deadline" ]; then
			tail -n 5 "$work/kafka.log" >&2
			return 1
		fi
		sleep 0.02
	done
	pid=$(cat "$kafka_dir/node-1.pid")
	kafka_pid=$pid
	load "$label" startup "$@"
	wait "$starter"
}

down() {
	if [ "$server" = ours ]; then
		broker_stop
		return
	fi
	"$peer" stop -d "$kafka_dir" >>"$work/kafka.log" 2>&1
	kafka_pid=
}

crash() {
	if [ "$server" = ours ]; then
		broker_kill
		return
	fi
	kill -KILL "$kafka_pid"
	while kill -0 "$kafka_pid" 2>/dev/null; do sleep 0.02; done
	kafka_pid=
}

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

servers=(ours)
if [ -n "$peer" ]; then
	servers+=(kafka)
else
	echo "SKIP scale: PEER does not say where a Kafka is to compare with"
	if [ "${REQUIRE:-}" = all ]; then exit 1; fi
fi
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

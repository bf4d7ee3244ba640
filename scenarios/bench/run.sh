#!/usr/bin/env bash
# The loads against bin/momus: server CPU per unit is the figure. With PEER (the script that starts a
# real Kafka, or its directory) Kafka takes the same loads in turns in the same run, and ratios are
# printed; with BENCH (the built shared load generator) that one makes the loads, else our own.
# Leaves one JSON line per load in out/bench/.
#
#   ROUNDS=N      turns (default 3); one takes about 40 s, and with Kafka 90 s and
#                 a minute before the first
#   REQUIRE=all   no Kafka beside ours fails the run
set -euo pipefail
cd "$(dirname "$0")/../.."

rounds=${ROUNDS:-3}
peer=${PEER:-}
if [ -n "$peer" ] && [ -d "$peer" ]; then peer=$peer/kafka; fi
work=$(mktemp -d)
out=out/bench
mkdir -p "$out"
rm -f "$out/ours.jsonl" "$out/kafka.jsonl"
# shellcheck source=scenarios/broker.sh
source scenarios/broker.sh
kafka_dir=
starter_pid=

cleanup() {
	local status=$?
	if [ -n "$starter_pid" ]; then kill -TERM "$starter_pid" 2>/dev/null || true; fi
	if [ -n "$kafka_dir" ]; then "$peer" stop -d "$kafka_dir" || true; fi
	broker_cleanup
	rm -rf "$work"
	exit "$status"
}
trap cleanup EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

own=$work/bench
go build -o "$own" ./scenarios/bench
tool=${BENCH:-$own}

# load SERVER LABEL WORKLOAD FLAG... measures one load against one of the servers.
load() {
	local server=$1 label=$2 workload=$3 address pid
	shift 3
	if [ "$server" = ours ]; then
		address=127.0.0.1:$our_port pid=$broker_pid
	else
		address=127.0.0.1:$kafka_port pid=$kafka_pid
	fi
	sync
	"$tool" "$workload" --label "$label" --server "$server" --brokers "$address" --pids "$pid" "$@"
}

# prime fills page cache and gives it back just before a bulk load: a virtual machine may have handed
# idle memory to its host, and whoever writes first would pay for taking it again.
prime() {
	sync
	dd if=/dev/zero of="$work/prime" bs=1M count=1200 status=none
	rm -f "$work/prime"
}

# turn SERVER is one round of all loads against one server.
turn() {
	local server=$1 file=$out/$1.jsonl
	prime
	load "$server" produce-1k produce --records 600000 --size 1024 --partitions 8 --linger 5ms >>"$file"
	prime
	load "$server" consume-1k consume --records 500000 --size 1024 --partitions 8 >>"$file"
	load "$server" tiny-16 tiny --clients 16 --count 80000 --partitions 8 >>"$file"
	load "$server" tiny-1 tiny --clients 1 --count 15000 >>"$file"
	load "$server" e2e-1000 e2e --rate 1000 --duration 10s >>"$file"
}

# warm_up is for a JVM, which compiles while it serves: its first rounds cost several times the later
# ones. The figures are thrown away.
warm_up() {
	local pass
	for pass in 1 2; do
		load kafka "warm-$pass" produce --records 400000 --size 1024 --partitions 8 --linger 5ms >/dev/null
		load kafka "warm-$pass" tiny --clients 16 --count 60000 --partitions 8 >/dev/null
		load kafka "warm-$pass" consume --records 500000 --size 100 --partitions 6 >/dev/null
		load kafka "warm-$pass" e2e --rate 1000 --duration 3s >/dev/null
	done
}

# start_ours measures the way from nothing to the first ack, and the idle server after it. Our own
# tool takes the time, to a microsecond: /proc tells a process's age to 10 ms only.
start_ours() {
	local began
	our_port=$(free_port)
	began=${EPOCHREALTIME/[.,]/}
	"$momus" serve --http "" --override "log.dirs=$work/ours" \
		--override "listeners=PLAINTEXT://127.0.0.1:$our_port,CONTROLLER://127.0.0.1:$((our_port + 1))" \
		>>"$work/ours.log" 2>&1 &
	broker_pid=$!
	broker_pids+=("$broker_pid")
	"$own" startup --server ours --brokers "127.0.0.1:$our_port" --pids "$broker_pid" --began "$began" >>"$out/ours.jsonl"
}

start_kafka() {
	local deadline=$((SECONDS + 60))
	kafka_dir=$work/kafka
	kafka_port=$(free_port)
	"$peer" start -p "$kafka_port" -d "$kafka_dir" >"$work/kafka.log" 2>&1 &
	starter_pid=$!
	until [ -s "$kafka_dir/node-1.pid" ]; do
		if [ "$SECONDS" -ge "$deadline" ]; then
			echo "Kafka did not start:" >&2
			tail -n 5 "$work/kafka.log" >&2
			return 1
		fi
		sleep 0.02
	done
	kafka_pid=$(cat "$kafka_dir/node-1.pid")
	"$own" startup --server kafka --brokers "127.0.0.1:$kafka_port" --pids "$kafka_pid" >>"$out/kafka.jsonl"
	wait "$starter_pid"
	starter_pid=
}

for ((i = 1; i < rounds; i++)); do
	start_ours
	broker_stop
	rm -rf "$work/ours"
done
start_ours
sleep 2
"$own" idle --server ours --brokers "127.0.0.1:$our_port" --pids "$broker_pid" --duration 10s >>"$out/ours.jsonl"
servers=(ours)
if [ -n "$peer" ]; then
	start_kafka
	sleep 5
	"$own" idle --server kafka --brokers "127.0.0.1:$kafka_port" --pids "$kafka_pid" --duration 10s >>"$out/kafka.jsonl"
	servers+=(kafka)
	warm_up
else
	echo "SKIP bench: PEER does not say where a Kafka is to compare with"
	if [ "${REQUIRE:-}" = all ]; then exit 1; fi
fi
for ((i = 1; i <= rounds; i++)); do
	echo "bench: round $i of $rounds"
	for server in "${servers[@]}"; do turn "$server"; done
done
broker_stop

files=("$out/ours.jsonl")
if [ -n "$peer" ]; then files+=("$out/kafka.jsonl"); fi
if [ -n "${BENCH:-}" ] && [ -n "$peer" ]; then "$BENCH" summary "$out/kafka.jsonl" "$out/ours.jsonl"; fi
"$own" summary "${files[@]}"

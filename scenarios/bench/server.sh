# What scale.sh and groups.sh share: $server (ours or kafka) is started, stopped and killed, and takes loads, of which
# each leaves a line in out/bench/$series-$server.jsonl. It is sourced at the top of the project, and wants $series
# and $peer.
# shellcheck shell=bash

work=$(mktemp -d)
out=out/bench
mkdir -p "$out"
rm -f "$out/$series"-*.jsonl
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
		>>"$out/$series-$server.jsonl"
}

# serve_more and kafka_more are arguments that a server is started with beside the usual ones.
serve_more=()
kafka_more=()

# up LABEL FLAG... starts $server on $work/$server, and measures the way to the first ack. $began is when, in us since 1970.
up() {
	local label=$1 deadline=$((SECONDS + 90)) starter
	shift
	sync
	echo "$series: $server, $label"
	began=${EPOCHREALTIME/[.,]/}
	if [ "$server" = ours ]; then
		"$momus" serve --http "" --override "log.dirs=$work/ours" \
			--override "listeners=PLAINTEXT://127.0.0.1:$port,CONTROLLER://127.0.0.1:$((port + 1))" "${serve_more[@]}" >>"$work/ours.log" 2>&1 &
		pid=$!
		broker_pid=$pid
		broker_pids+=("$pid")
		load "$label" startup --began "$began" "$@"
		return
	fi
	rm -f "$kafka_dir/node-1.pid"
	"$peer" start -p "$port" -d "$kafka_dir" "${kafka_more[@]}" >>"$work/kafka.log" 2>&1 &
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

# servers are those that take the loads.
servers=(ours)
if [ -n "$peer" ]; then
	servers+=(kafka)
else
	echo "SKIP $series: PEER does not say where a Kafka is to compare with"
	if [ "${REQUIRE:-}" = all ]; then exit 1; fi
fi

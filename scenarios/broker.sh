# Starts and stops brokers for the scenarios that run against the binary. It is sourced, and wants
# `set -euo pipefail` and $work, a directory that the caller removes. Nothing that was started here
# outlives the shell: the caller's trap calls broker_cleanup, which ends processes by their ids.
# shellcheck shell=bash

# The binary under test; a race build may stand in.
momus=${MOMUS:-$PWD/bin/momus}
broker_pids=()

# free_port prints a loopback port that is free now, as are the two above it. It lies below the
# range from which the kernel takes ports for outgoing connections.
free_port() {
	local port
	while :; do
		port=$((20000 + RANDOM % 12000))
		if ! port_open "$port" && ! port_open $((port + 1)) && ! port_open $((port + 2)); then
			echo "$port"
			return
		fi
	done
}

port_open() { (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }

# broker_start DATA PORT LOG [ARGUMENT...] starts a broker on PORT, its controller and its metrics on the
# ports above, waits until it accepts, and leaves its process id in $broker_pid.
broker_start() {
	local data=$1 port=$2 log=$3 deadline=$((SECONDS + 30))
	shift 3
	"$momus" serve \
		--override "log.dirs=$data" \
		--override "listeners=PLAINTEXT://127.0.0.1:$port,CONTROLLER://127.0.0.1:$((port + 1))" \
		--http "127.0.0.1:$((port + 2))" "$@" >>"$log" 2>&1 &
	broker_pid=$!
	broker_pids+=("$broker_pid")
	until port_open "$port"; do
		if ! kill -0 "$broker_pid" 2>/dev/null; then
			echo "the broker ended before it accepted:" >&2
			tail -n 20 "$log" >&2
			return 1
		fi
		if [ "$SECONDS" -ge "$deadline" ]; then
			echo "the broker did not accept within 30 s, see $log" >&2
			return 1
		fi
		sleep 0.01
	done
}

# broker_stop ends the broker with SIGTERM and fails unless it says that it stopped cleanly, within
# $stop_seconds: a clean stop syncs every partition that was written.
stop_seconds=20
broker_stop() {
	local pid=$broker_pid status=0 deadline=$((SECONDS + stop_seconds))
	kill -TERM "$pid"
	while kill -0 "$pid" 2>/dev/null; do
		if [ "$SECONDS" -ge "$deadline" ]; then
			echo "the broker $pid did not stop within $stop_seconds s of SIGTERM" >&2
			kill -KILL "$pid"
			return 1
		fi
		sleep 0.02
	done
	wait "$pid" || status=$?
	broker_forget "$pid"
	if [ "$status" -ne 0 ]; then
		echo "the broker stopped with status $status" >&2
		return 1
	fi
}

# broker_kill ends the broker as a crash of the process would.
broker_kill() {
	kill -KILL "$broker_pid"
	wait "$broker_pid" 2>/dev/null || true
	broker_forget "$broker_pid"
}

broker_forget() {
	local pid left=()
	for pid in "${broker_pids[@]}"; do
		if [ "$pid" != "$1" ]; then left+=("$pid"); fi
	done
	broker_pids=("${left[@]}")
}

broker_cleanup() {
	local pid
	for pid in "${broker_pids[@]}"; do
		kill -KILL "$pid" 2>/dev/null || true
		wait "$pid" 2>/dev/null || true
	done
	broker_pids=()
}

#!/usr/bin/env bash
# Asks a real Apache Kafka, which PEER says how to start, and bin/momus the same, and compares the answers field
# by field. Both run on free ports of loopback, in fresh directories, with the same properties; topics are
# not made by asking for them, so that what there is not stays away. The journal of
# the run must replay. What differs must stand in docs/differences.md.
#
#   PEER=...      the script that starts Kafka, or its directory
#   REQUIRE=all   without it the run fails, instead of being skipped
#   ARGS="..."    for the program: -only NAME, -v
set -euo pipefail
cd "$(dirname "$0")/../.."

skip() {
	echo "SKIP differential: $*"
	if [ "${REQUIRE:-}" = all ]; then exit 1; fi
	exit 0
}

peer=${PEER:-}
if [ -n "$peer" ] && [ -d "$peer" ]; then peer=$peer/kafka; fi
if [ -z "$peer" ]; then skip "PEER does not say where a real Kafka is"; fi
if ! command -v java >/dev/null; then skip "Java is not installed"; fi

work=$(mktemp -d)
# shellcheck source=scenarios/broker.sh
source scenarios/broker.sh

cleanup() {
	local status=$?
	"$peer" stop -d "$work/kafka" || true
	broker_cleanup
	rm -rf "$work"
	exit "$status"
}
trap cleanup EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

go build -o "$work/differential" ./scenarios/differential

kafka_port=$(free_port)
KAFKA_HEAP=${KAFKA_HEAP:--Xms512m -Xmx512m} "$peer" start -p "$kafka_port" -d "$work/kafka" auto.create.topics.enable=false >/dev/null
port=$kafka_port
until [ "$port" != "$kafka_port" ] && [ "$port" != $((kafka_port + 1)) ] && [ $((port + 1)) != "$kafka_port" ]; do port=$(free_port); done

# The same properties, but for what is each one's own.
sed -e "s/127\.0\.0\.1:$kafka_port/127.0.0.1:$port/g; s/127\.0\.0\.1:$((kafka_port + 1))/127.0.0.1:$((port + 1))/g" \
	-e '/^log\.dirs=/d' "$work/kafka/node-1.properties" >"$work/momus.properties"
broker_start "$work/momus" "$port" "$work/broker.log" --config "$work/momus.properties" --record "$work/journal"

# shellcheck disable=SC2086
"$work/differential" -kafka "127.0.0.1:$kafka_port" -kafka-dir "$work/kafka/data-1" \
	-ours "127.0.0.1:$port" -ours-dir "$work/momus" ${ARGS:-}
broker_stop
"$momus" replay "$work/journal" | tail -n 1

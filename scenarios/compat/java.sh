# The part `java` of the compatibility run: Kafka's command-line tools against our broker, each with what
# it must print. run.sh sources it. A tool takes one to two seconds to start, so that each is called for
# several things at once where it can.
# shellcheck shell=bash

# java_tool TOOL ARGUMENT... runs one of Kafka's tools against the broker and shows its output on failure.
java_tool() {
	local name=$1
	shift
	timeout 120 "$peer" tool "$name" --bootstrap-server "$broker" "$@" >"$dir/tool" 2>&1 ||
		fail "$name $*: $(tail -n 15 "$dir/tool")"
}

java_topics() {
	java_tool topics --create --topic made-by-java --partitions 3 --replication-factor 1 --config retention.ms=3600000
	java_tool topics --create --topic perf --partitions 4
	java_tool topics --create --topic unwanted
	java_tool topics --list
	tool_says '^made-by-java$' '^perf$' '^unwanted$'
	java_tool topics --delete --topic unwanted
	java_tool topics --list
	if grep -qx unwanted "$dir/tool"; then fail "a deleted topic is still listed"; fi
	pass "java topics: create, list, delete"
	if serves "java topics --describe" 75; then
		java_tool topics --describe --topic made-by-java
		tool_says 'PartitionCount: 3.*ReplicationFactor: 1.*retention.ms=3600000' 'Partition: 2.*Leader: 1.*Replicas: 1.*Isr: 1'
		pass "java topics: describe"
	fi
	if serves "java topics --alter" 37; then
		java_tool topics --alter --topic made-by-java --partitions 5
		java_tool topics --describe --topic made-by-java
		tool_says 'PartitionCount: 5'
		pass "java topics: alter"
	fi
}

# java_config WHAT KEY VALUE LINE sets a key of an entity, wants a line of it described, and deletes it.
java_config() {
	local what=$1 key=$2 value=$3 line=$4
	# shellcheck disable=SC2086
	java_tool configs $what --alter --add-config "$key=$value"
	# shellcheck disable=SC2086
	java_tool configs $what --describe
	tool_says "$line"
	# shellcheck disable=SC2086
	java_tool configs $what --alter --delete-config "$key"
	# shellcheck disable=SC2086
	java_tool configs $what --describe
	if grep -qE -e "$line" "$dir/tool"; then fail "$key is still there: $(cat "$dir/tool")"; fi
	pass "java configs: $what"
}

java_configs() {
	java_config "--entity-type topics --entity-name perf" retention.ms 7200000 'retention.ms=7200000 .*DYNAMIC_TOPIC_CONFIG:retention.ms=7200000'
	java_config "--entity-type brokers --entity-name 1" log.retention.ms 7200000 'log.retention.ms=7200000 .*DYNAMIC_BROKER_CONFIG'
	java_config "--entity-type brokers --entity-default" log.retention.ms 7200000 'log.retention.ms=7200000 .*DYNAMIC_DEFAULT_BROKER_CONFIG'
	java_config "--entity-type client-metrics --entity-name cm" interval.ms 60000 'interval.ms=60000'
	# The tool describes groups only after it listed those that there are, which needs a coordinator.
	java_tool configs --entity-type groups --entity-name some --alter --add-config consumer.session.timeout.ms=50000
	"$momus" config get -b "$broker" --group some consumer.session.timeout.ms >"$dir/tool" || fail "reading what the tool set"
	tool_says '^50000$'
	java_tool configs --entity-type groups --entity-name some --alter --delete-config consumer.session.timeout.ms
	pass "java configs: --entity-type groups --entity-name some, altered"
	if serves "java configs of quotas" 48 49; then
		java_config "--entity-type clients --entity-name c1" producer_byte_rate 100000 'client-id.*c1.*producer_byte_rate=100000'
		java_config "--entity-type users --entity-default" consumer_byte_rate 100000 'default user.*consumer_byte_rate=100000'
	fi
}

# java_produce has records made by three tools, which we read, and read by a tool.
java_produce() {
	local codec
	lines 500 >"$dir/in"
	for codec in none gzip snappy lz4 zstd; do
		java_tool console-producer --topic "console-$codec" --compression-codec "$codec" <"$dir/in"
		"$work/compat" tail --broker "$broker" --topic "console-$codec" >"$dir/out" || fail "reading console-$codec"
		cmp "$dir/in" "$dir/out" || fail "console-producer with $codec: what is consumed differs"
		java_tool console-consumer --topic "console-$codec" --partition 0 --offset earliest --max-messages 500 --timeout-ms 20000
		grep -v '^Processed a total' "$dir/tool" | cmp "$dir/in" - || fail "console-consumer with $codec: what is consumed differs"
		pass "java console-producer and console-consumer, $codec"
	done
	java_tool verifiable-producer --topic verified --max-messages 2000 --acks -1
	[ "$(grep -c '"producer_send_success"' "$dir/tool")" = 2000 ] || fail "verifiable-producer: $(tail -n 5 "$dir/tool")"
	tool_says '"name":"tool_data".*"sent":2000|"sent":2000.*"name":"tool_data"|"acked":2000'
	pass "java verifiable-producer: 2000 records"
	timeout 120 "$peer" tool producer-perf --topic perf --num-records 50000 --record-size 1024 --throughput -1 \
		--command-property "bootstrap.servers=$broker" >"$dir/tool" 2>&1 || fail "producer-perf: $(tail -n 5 "$dir/tool")"
	tool_says '^50000 records sent'
	java_tool get-offsets --topic perf
	[ "$(awk -F: '{ n += $3 } END { print n }' "$dir/tool")" = 50000 ] || fail "get-offsets: $(cat "$dir/tool")"
	pass "java producer-perf and get-offsets: 50000 records"
}

java_delete_records() {
	local end
	cat >"$dir/offsets.json" <<-'END'
		{"version": 1, "partitions": [{"topic": "perf", "partition": 0, "offset": 7}, {"topic": "perf", "partition": 1, "offset": -1}]}
	END
	java_tool get-offsets --topic perf --partitions 1
	end=$(awk -F: '{ print $3 }' "$dir/tool")
	java_tool delete-records --offset-json-file "$dir/offsets.json"
	tool_says "perf-0.*low_watermark: 7" "perf-1.*low_watermark: $end"
	java_tool get-offsets --topic perf --partitions 0,1 --time earliest
	[ "$(tr '\n' ' ' <"$dir/tool")" = "perf:0:7 perf:1:$end " ] || fail "get-offsets after delete-records: $(cat "$dir/tool")"
	pass "java delete-records"
}

# java_cluster asks about the node itself.
java_cluster() {
	local partition size
	java_tool broker-api-versions
	tool_says 'Produce\(0\): 0 to 13' 'Fetch\(1\): 4 to 18'
	if grep -q UNKNOWN "$dir/tool"; then fail "broker-api-versions: $(cat "$dir/tool")"; fi
	pass "java broker-api-versions"
	java_tool log-dirs --describe --topic-list perf
	for partition in 0 1 2 3; do
		size=$(cat "$dir/data/perf-$partition/"*.log | wc -c)
		tool_says "\"partition\":\"perf-$partition\",\"size\":$size,\"offsetLag\":0,\"isFuture\":false"
	done
	pass "java log-dirs"
	java_tool features describe
	tool_says 'Feature: metadata.version.*FinalizedVersionLevel: 4.3-IV0'
	pass "java features"
	if serves "java metadata-quorum" 55; then
		java_tool metadata-quorum describe --status
		tool_says 'LeaderId: +1$' 'CurrentVoters: .*"id": 1' 'HighWatermark: +[1-9]'
		java_tool metadata-quorum describe --replication
		tool_says '^1 .*Leader'
		pass "java metadata-quorum"
	fi
	if serves "java leader-election and reassign-partitions" 43 45 46; then
		java_tool leader-election --election-type preferred --all-topic-partitions
		echo '{"version": 1, "partitions": [{"topic": "perf", "partition": 0, "replicas": [1]}]}' >"$dir/moves.json"
		java_tool reassign-partitions --execute --reassignment-json-file "$dir/moves.json"
		java_tool reassign-partitions --verify --reassignment-json-file "$dir/moves.json"
		tool_says 'perf-0 is completed'
		pass "java leader-election and reassign-partitions"
	fi
}

part_java() {
	if [ -z "$peer" ]; then
		skip "PEER does not say where Kafka's tools are"
		return
	fi
	if ! command -v java >/dev/null; then
		skip "Java is not installed"
		return
	fi
	begin java
	java_topics
	java_configs
	java_produce
	java_cluster
	java_delete_records
	finish
}

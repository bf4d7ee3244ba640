# The part `groups` of the compatibility run: consumer groups of real clients, whose members come and go and are
# killed, while the broker is killed and started again. Each record must be seen; what is committed in the end is all,
# and whoever comes then sees nothing again. run.sh sources it.
# shellcheck shell=bash

member_pids=()
member_pid=

# members_end ends what members are left, by their ids.
members_end() {
	local pid
	for pid in "${member_pids[@]}"; do
		kill -KILL "$pid" 2>/dev/null || true
		wait "$pid" 2>/dev/null || true
	done
	member_pids=()
}

# joins OUT COMMAND... starts a member, whose output is what it sees, and leaves its id in $member_pid.
joins() {
	local out=$1
	shift
	"$@" >"$out" 2>"$out.err" </dev/null &
	member_pid=$!
	member_pids+=("$member_pid")
}

# leaves PID has a member end as it does by itself, within a minute.
leaves() {
	local deadline=$((SECONDS + 60))
	kill -TERM "$1"
	while kill -0 "$1" 2>/dev/null; do
		[ "$SECONDS" -lt "$deadline" ] || fail "a member does not end: $1"
		sleep 0.1
	done
	wait "$1" 2>/dev/null || true
}

kcat_member() { exec kcat -q -u -G "$1" -b "$broker" -X auto.offset.reset=earliest -X session.timeout.ms=6000 -X auto.commit.interval.ms=500 "$1"; }

java_class() { exec java -Xmx256m -XX:TieredStopAtLevel=1 -XX:+UseSerialGC "-Dlog4j2.configurationFile=${peer%/*}/log4j2.properties" -cp "$classpath" "$@"; }

# console_member GROUP PROTOCOL is Kafka's console consumer. The session of the consumer protocol is the broker's.
console_member() {
	local session=()
	if [ "$2" = classic ]; then session=(--command-property session.timeout.ms=6000); fi
	java_class org.apache.kafka.tools.consumer.ConsoleConsumer --bootstrap-server "$broker" --topic "$1" --group "$1" \
		--command-property "group.protocol=$2" --command-property auto.offset.reset=earliest --command-property auto.commit.interval.ms=500 "${session[@]}"
}

# verifiable_member GROUP PROTOCOL is Kafka's verifiable consumer, which tells of each record in JSON.
verifiable_member() {
	local session=()
	if [ "$2" = classic ]; then session=(--session-timeout 6000); fi
	java_class org.apache.kafka.tools.VerifiableConsumer --bootstrap-server "$broker" --topic "$1" --group-id "$1" \
		--group-protocol "$2" --verbose --reset-policy earliest "${session[@]}"
}

# seen GROUP prints the values that members of a group saw, each once.
seen() {
	sed -n 's/.*"value":"\([0-9]*\)".*/\1/p; /^[0-9]*$/p' "$dir/$1".?.out | LC_ALL=C sort -u
}

# sees GROUP N waits until members saw N values.
sees() {
	local deadline=$((SECONDS + 120)) n
	while n=$(seen "$1" | wc -l) && [ "$n" -lt "$2" ]; do
		[ "$SECONDS" -lt "$deadline" ] || fail "$1: $n of $2 records are seen; $(tail -n 3 "$dir/$1".?.out.err)"
		sleep 0.3
	done
}

# committed_all GROUP wants all committed, and nobody in the group once the session of who was killed is over.
committed_all() {
	local deadline=$((SECONDS + 30))
	while "$momus" group describe -b "$broker" "$1" >"$dir/described" 2>&1 && ! grep -q Empty "$dir/described"; do
		[ "$SECONDS" -lt "$deadline" ] || break
		sleep 0.5
	done
	grep -q Empty "$dir/described" || fail "$1 is not empty: $(cat "$dir/described")"
	"$work/compat" committed --broker "$broker" --group "$1" --topic "$1" || fail "what $1 committed"
}

feed_lines() { seq "$2" "$3" | kcat -q -P -b "$broker" -t "$1" -X partitioner=random -X sticky.partitioning.linger.ms=0; }

# group_begins GROUP COMMAND... lets two members see the first part; then one is killed, and the broker.
group_begins() {
	local group=$1
	shift
	feed_lines "$group" 1 400
	joins "$dir/$group.a.out" "$@"
	killed_later+=("$member_pid")
	joins "$dir/$group.b.out" "$@"
	staying+=("$group $member_pid")
	groups_under_way+=("$group")
}

# groups_of_processes runs all groups whose members are processes, through one kill of the broker.
groups_of_processes() {
	local killed_later=() staying=() groups_under_way=() group pid protocol
	group_begins of-kcat kcat_member of-kcat
	if [ -n "$peer" ] && command -v java >/dev/null; then
		classpath=$("$peer" classpath)
		for protocol in $group_protocols; do
			group_begins "of-console-$protocol" console_member "of-console-$protocol" "$protocol"
			group_begins "of-verifiable-$protocol" verifiable_member "of-verifiable-$protocol" "$protocol"
		done
	else
		skip "groups of Kafka's consumers: PEER does not say where they are, or Java is not installed"
	fi
	for group in "${groups_under_way[@]}"; do sees "$group" 400; done
	for pid in "${killed_later[@]}"; do
		kill -KILL "$pid"
		wait "$pid" 2>/dev/null || true
	done
	for group in "${groups_under_way[@]}"; do feed_lines "$group" 401 600; done
	broker_kill
	start "${groups_settings[@]}"
	# kcat ends when no broker is there; another one takes its place.
	joins "$dir/of-kcat.c.out" kcat_member of-kcat
	staying[0]="of-kcat $member_pid"
	for group in "${groups_under_way[@]}"; do feed_lines "$group" 601 1000; done
	for group in "${groups_under_way[@]}"; do sees "$group" 1000; done
	for group in "${staying[@]}"; do
		leaves "${group#* }"
		committed_all "${group% *}"
		pass "the group ${group% *}: one member killed, the broker killed, 1000 records seen, all committed"
	done
	nothing_again
}

# nothing_again lets one more member come to each group, which must see nothing.
nothing_again() {
	local group pids=()
	for group in "${groups_under_way[@]}"; do
		case $group in
		of-kcat) joins "$dir/$group.z.out" kcat_member "$group" ;;
		of-console-*) joins "$dir/$group.z.out" console_member "$group" "${group##*-}" ;;
		of-verifiable-*) joins "$dir/$group.z.out" verifiable_member "$group" "${group##*-}" ;;
		esac
		pids+=("$member_pid")
	done
	sleep 8
	for pid in "${pids[@]}"; do leaves "$pid"; done
	for group in "${groups_under_way[@]}"; do
		[ -z "$(sed -n 's/.*"value":"\([0-9]*\)".*/\1/p; /^[0-9]*$/p' "$dir/$group.z.out")" ] || fail "$group: records come again: $(head -n 3 "$dir/$group.z.out")"
	done
	pass "whoever comes later sees none of it again: ${groups_under_way[*]}"
}

# groups_of_ours runs the groups of Go clients at once, through one kill of the broker.
groups_of_ours() {
	local client pids=()
	for client in $group_clients; do
		"$work/compat" groups --broker "$broker" --client "$client" --halfway "$dir/half-$client" >"$dir/said-$client" 2>&1 &
		pids+=("$!")
		member_pids+=("$!")
	done
	for client in $group_clients; do
		until [ -e "$dir/half-$client" ]; do
			kill -0 "${pids[0]}" 2>/dev/null || fail "a load ended before its middle: $(cat "$dir"/said-*)"
			sleep 0.02
		done
	done
	broker_kill
	start "${groups_settings[@]}"
	local i=0
	for client in $group_clients; do
		wait "${pids[$i]}" || fail "a group of $client: $(tail -n 3 "$dir/said-$client")"
		i=$((i + 1))
		cat "$dir/said-$client"
		pass "a group of $client: members come and go, the broker is killed, each record is seen, none after its commit"
	done
}

# groups_by_tools has Kafka's tool list, describe, reset and delete the groups.
groups_by_tools() {
	if [ -z "$peer" ] || ! command -v java >/dev/null; then return; fi
	java_tool consumer-groups --list --state
	tool_says '^of-kcat +Empty' '^group-of-franz-go +Empty'
	java_tool consumer-groups --describe --group of-kcat
	tool_says '^of-kcat +of-kcat +0 +[0-9]+ +[0-9]+ +0 +- '
	joins "$dir/shown.a.out" kcat_member of-kcat
	sleep 3
	java_tool consumer-groups --describe --group of-kcat --members --verbose
	tool_says '^of-kcat +rdkafka-[-0-9a-f]+ +/127.0.0.1 +rdkafka +4 .*of-kcat:0,1,2,3'
	java_tool consumer-groups --describe --group of-kcat --state
	tool_says '^of-kcat .* range +Stable .* 1 *$'
	timeout 120 "$peer" tool consumer-groups --bootstrap-server "$broker" --delete --group of-kcat >"$dir/tool" 2>&1 || true
	tool_says 'GroupNotEmptyException'
	leaves "$member_pid"
	java_tool consumer-groups --reset-offsets --group of-kcat --topic of-kcat --to-earliest --execute
	tool_says '^of-kcat +of-kcat +3 +0 *$'
	java_tool consumer-groups --reset-offsets --group of-kcat --topic of-kcat:1 --to-offset 5 --execute
	tool_says '^of-kcat +of-kcat +1 +5 *$'
	java_tool consumer-groups --describe --group of-kcat --offsets
	tool_says '^of-kcat +of-kcat +1 +5 ' '^of-kcat +of-kcat +0 +0 '
	java_tool consumer-groups --delete-offsets --group of-kcat --topic of-kcat:2
	java_tool consumer-groups --delete --group of-kcat --group group-of-franz-go
	tool_says 'successful'
	java_tool consumer-groups --list
	if grep -qE '^(of-kcat|group-of-franz-go)$' "$dir/tool"; then fail "a deleted group is listed: $(cat "$dir/tool")"; fi
	pass "java consumer-groups: list, describe, reset, delete offsets, delete"
}

# decoded has Kafka's dump-log understand every record of __consumer_offsets.
decoded() {
	local files
	if [ -z "$peer" ] || ! command -v java >/dev/null; then return; fi
	mapfile -t files < <(find "$dir/data" -path '*/__consumer_offsets-*' -name '*.log' -size +0 | sort)
	"$peer" tool dump-log --offsets-decoder --print-data-log --files "$(joined "${files[@]}")" >"$dir/dump" 2>&1 || fail "dump-log: $(tail -n 5 "$dir/dump")"
	no_complaint
	if grep '^[|] offset' "$dir/dump" | grep -vqE 'key: \{"type":"[0-9]+","data":\{.*payload: (\{"version":"[0-9]+","data":\{|<DELETE>)'; then
		fail "dump-log does not understand: $(grep '^[|] offset' "$dir/dump" | grep -vE 'payload: (\{"version"|<DELETE>)' | head -n 3)"
	fi
	pass "dump-log --offsets-decoder: $(grep -c '^[|] offset' "$dir/dump") records in ${#files[@]} segments"
}

# kafka_first starts a real Kafka on the part's directory.
kafka_first() {
	data=$dir/data
	properties "$data"
	kafka_start
}

# groups_of_kafka has a real Kafka, then momus, then Kafka again, coordinate the same groups on one directory.
groups_of_kafka() {
	local data
	if [ -z "$peer" ] || ! command -v java >/dev/null; then return; fi
	begin groups-of-kafka kafka_first
	feed_lines of-both 1 300
	joins "$dir/of-both.a.out" kcat_member of-both
	sees of-both 300
	leaves "$member_pid"
	kafka_end TERM
	momus_start
	committed_all of-both
	feed_lines of-both 301 500
	joins "$dir/of-both.b.out" kcat_member of-both
	sees of-both 500
	leaves "$member_pid"
	[ "$(grep -c . "$dir/of-both.b.out")" = 200 ] || fail "what Kafka's coordinator saw committed comes again"
	committed_all of-both
	broker_stop || fail "the broker did not stop cleanly"
	pass "groups of a real Kafka are loaded, and go on where they were"
	kafka_start
	java_tool consumer-groups --describe --group of-both
	tool_says '^of-both +of-both +0 +500 +500 +0 +- '
	kafka_end TERM
	pass "a real Kafka loads them back"
	if [ -z "${KEEP:-}" ]; then rm -rf "$dir"; fi
}

part_groups() {
	if ! command -v kcat >/dev/null; then
		skip "groups: kcat is not installed"
		return
	fi
	local groups_settings=(--override num.partitions=4 --override group.initial.rebalance.delay.ms=200 --override offsets.topic.num.partitions=8
		--override group.consumer.min.session.timeout.ms=6000 --override group.consumer.session.timeout.ms=6000
		--override group.consumer.min.heartbeat.interval.ms=1000 --override group.consumer.heartbeat.interval.ms=1000)
	local group_clients="franz-go franz-go-eager franz-go-static sarama kafka-go" group_protocols=classic
	begin groups start "${groups_settings[@]}"
	if serves "groups of the consumer protocol" 68; then
		group_protocols="classic consumer" group_clients="$group_clients franz-go-next franz-go-both"
		migrates
	fi
	groups_of_ours
	groups_of_processes
	groups_by_tools
	members_end
	broker_stop || fail "the broker did not stop cleanly"
	decoded
	start "${groups_settings[@]}"
	finish
	groups_of_kafka
}

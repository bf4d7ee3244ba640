# Of the part `groups`: Kafka's consumers of both protocols in one group, which is made one of the consumer protocol when
# the first member of that joins, and a classic one again when the last has gone (KIP-848), with members that leave, that
# are killed, and a broker that is killed. groups.sh runs it.
# shellcheck shell=bash

# becomes GROUP TYPE MEMBERS waits until a group is of a type, and stable with so many members.
becomes() {
	local deadline=$((SECONDS + 60))
	until "$momus" group describe -b "$broker" "$1" >"$dir/described" 2>&1 &&
		awk -v type="$2" -v members="$3" 'NR == 2 { ok = tolower($2) == tolower(type) && $3 == "Stable" && $(NF - 1) == members } END { exit !ok }' "$dir/described"; do
		[ "$SECONDS" -lt "$deadline" ] || fail "$1 does not become $2 with $3 members: $(cat "$dir/described")"
		sleep 0.3
	done
}

# dies PID kills a member.
dies() {
	kill -KILL "$1"
	wait "$1" 2>/dev/null || true
}

# metric SERIES prints the value of a metric.
metric() {
	local page
	exec 3<>"/dev/tcp/127.0.0.1/$((port + 2))"
	printf 'GET /metrics HTTP/1.0\r\n\r\n' >&3
	page=$(cat <&3)
	exec 3>&-
	awk -v series="$1" '$1 == series { print $2 }' <<<"$page"
}

# lags wants the metrics to tell how far a group without members is behind, when nine records came two seconds ago.
lags() {
	local records seconds
	[ "$(metric "momus_group_lag_records{group=\"$1\"}")" = 0 ] || fail "a group that has all is told to be behind"
	feed_lines "$1" 9001 9009
	sleep 2
	records=$(metric "momus_group_lag_records{group=\"$1\"}")
	seconds=$(metric "momus_group_lag_seconds{group=\"$1\"}")
	[ "$records" = 9 ] || fail "a group that is 9 records behind is told to be $records"
	awk -v s="$seconds" 'BEGIN { exit !(s >= 2 && s < 20) }' || fail "a group that is 2 s behind is told to be $seconds"
	pass "metrics: a group is 9 records behind, for $seconds s"
}

# migrates changes the members of a group from one protocol to the other and back. Letters are members.
migrates() {
	local group=migrated a b c d e f
	if [ -z "$peer" ] || ! command -v java >/dev/null; then
		skip "groups of both protocols: PEER does not say where Kafka's consumers are, or Java is not installed"
		return
	fi
	classpath=$("$peer" classpath)
	feed_lines "$group" 1 200
	joins "$dir/$group.a.out" verifiable_member "$group" classic && a=$member_pid
	joins "$dir/$group.b.out" console_member "$group" classic && b=$member_pid
	becomes "$group" Classic 2
	sees "$group" 200
	joins "$dir/$group.c.out" verifiable_member "$group" consumer && c=$member_pid
	feed_lines "$group" 201 300
	becomes "$group" Consumer 3
	sees "$group" 300
	java_tool groups --list
	tool_says "^$group +Consumer +consumer"
	leaves "$a"
	joins "$dir/$group.d.out" console_member "$group" consumer && d=$member_pid
	feed_lines "$group" 301 400
	becomes "$group" Consumer 3
	sees "$group" 400
	dies "$b"
	feed_lines "$group" 401 500
	becomes "$group" Consumer 2
	sees "$group" 500
	joins "$dir/$group.e.out" console_member "$group" classic && e=$member_pid
	becomes "$group" Consumer 3
	java_tool consumer-groups --describe --group "$group" --members --verbose
	[ "$(grep -cE "^$group .* true *$" "$dir/tool")" = 2 ] || fail "who was upgraded: $(cat "$dir/tool")"
	broker_kill
	start "${groups_settings[@]}"
	feed_lines "$group" 501 600
	becomes "$group" Consumer 3
	sees "$group" 600
	joins "$dir/$group.f.out" verifiable_member "$group" classic && f=$member_pid
	becomes "$group" Consumer 4
	leaves "$c"
	feed_lines "$group" 601 700
	becomes "$group" Consumer 3
	dies "$d"
	feed_lines "$group" 701 800
	becomes "$group" Classic 2
	sees "$group" 800
	java_tool groups --list
	tool_says "^$group +Classic +consumer"
	java_tool consumer-groups --describe --group "$group" --state
	tool_says "^$group .* range +Stable .* 2 *$"
	leaves "$e"
	leaves "$f"
	committed_all "$group"
	pass "a group goes over to the consumer protocol and back, with members of both, one of each killed, and the broker: 800 records are seen"
	lags "$group"
}

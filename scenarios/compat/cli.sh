# The part `cli` of the compatibility run: the admin commands of momus against a broker that runs, what they
# print and how they end. The examples of README.md are run too. run.sh sources it.
# shellcheck shell=bash

# cli ARGUMENT... runs a command that must succeed, and leaves what it prints in $dir/tool.
cli() { timeout 60 "$momus" "$@" >"$dir/tool" 2>&1 || fail "momus $*: $(cat "$dir/tool")"; }

# refused STATUS TEXT ARGUMENT... runs a command that must end with that status, and one line with the text.
refused() {
	local status=$1 text=$2 got=0
	shift 2
	timeout 60 "$momus" "$@" >"$dir/tool" 2>&1 || got=$?
	[ "$got" = "$status" ] || fail "momus $* ended with $got, not $status: $(cat "$dir/tool")"
	if ! grep -qF -e "$text" "$dir/tool" || [ "$(wc -l <"$dir/tool")" != 1 ]; then
		fail "momus $*: no line with \"$text\": $(cat "$dir/tool")"
	fi
}

# prints LINE... wants exactly these lines, whatever the width of the columns.
prints() {
	printf '%s\n' "$@" | sed 's/  */ /g' >"$dir/want"
	sed 's/  */ /g; s/ $//' "$dir/tool" | diff "$dir/want" - >"$dir/diff" || fail "what is printed (>) is not what it should be (<): $(cat "$dir/diff")"
}

cli_topics() {
	cli topic create cli-one -p 2 -c retention.ms=3600000
	prints 'cli-one created, 2 partitions, replication factor 1'
	cli topic create cli-dry --replica-assignment 1:1 --validate-only
	prints 'cli-dry could be created'
	cli topic create cli-one --if-not-exists
	prints 'cli-one exists already'
	refused 1 'topic cli-one: TOPIC_ALREADY_EXISTS' topic create cli-one
	cli topic list cli-
	tool_says '^NAME +PARTITIONS +REPLICATION +ID$' '^cli-one +2 +1 +[A-Za-z0-9_-]{22}$'
	if grep -q cli-dry "$dir/tool"; then fail "what was only validated is listed"; fi
	cli topic alter cli-one -p 3 -c cleanup.policy=delete,compact --delete-config retention.ms
	prints 'cli-one has 3 partitions' 'cli-one changed'
	cli topic describe cli-one
	tool_says '^cli-one .* 3 +1 +cleanup.policy=delete,compact$' '^2 +1 +0 +1 +1 +- +-$'
	cli topic describe cli-one -o json
	tool_says '"name": "cli-one"' '"partitions": 3' '"cleanup.policy": "delete,compact"' '"leader": 1'
	refused 1 'Did you mean cli-one?' topic describe CLI-one
	refused 1 'INVALID_PARTITIONS' topic alter cli-one -p 1
	cli topic delete cli-one
	prints 'cli-one deleted'
	cli topic delete cli-one --if-exists
	prints 'cli-one is not there'
	pass "momus topic"
}

cli_configs() {
	cli topic create cli-configs
	cli config set --topic cli-configs retention.ms=1000 max.message.bytes=2000000
	prints 'topic cli-configs changed'
	cli config get --topic cli-configs retention.ms
	prints 1000
	cli config unset --topic cli-configs retention.ms
	cli config describe --topic cli-configs
	prints 'KEY VALUE SOURCE' 'max.message.bytes 2000000 topic'
	cli config set --broker-default log.retention.ms=7200000
	cli config describe --broker 1 -o json
	tool_says '"key": "log.retention.ms"' '"value": "7200000"' '"source": "broker-default"'
	cli config unset --broker-default log.retention.ms
	cli config set --client-metrics cli-metrics interval.ms=60000
	cli config get --client-metrics cli-metrics interval.ms
	prints 60000
	cli config set --group cli-group consumer.session.timeout.ms=50000
	cli config describe --group cli-group
	prints 'KEY VALUE SOURCE' 'consumer.session.timeout.ms 50000 group'
	cli config list
	tool_says '^topic +cli-configs$' '^broker +1$' '^client-metrics +cli-metrics$' '^group +cli-group$'
	refused 1 'INVALID_CONFIG' config set --topic cli-configs cleanup.policy=never
	refused 1 'there is retention.bytes, retention.ms' config get --topic cli-configs retention
	refused 2 'say whose configuration' config set a=1
	pass "momus config"
	if serves "momus config of quotas" 48 49; then
		cli config set --client-id cli-client producer_byte_rate=1048576
		cli config describe --client-id cli-client
		prints 'KEY VALUE SOURCE' 'producer_byte_rate 1048576 quota'
		cli config list --type quota
		prints 'TYPE NAME' 'quota client-id cli-client'
		cli config unset --client-id cli-client producer_byte_rate
		cli config describe --client-id cli-client
		prints 'KEY VALUE SOURCE'
		pass "momus config of quotas"
	fi
}

cli_cluster() {
	cli cluster info
	tool_says '^CLUSTER +CONTROLLER' "^1 +$broker +-$"
	cli cluster info -o json
	tool_says '"clusterId": "MkU3OEVBNTcwNTJENDM2Qk"' '"leaderless": 0'
	cli cluster features
	tool_says '^metadata.version +7-30 +30$'
	cli cluster api-versions
	tool_says '^0 +Produce +0-13$'
	pass "momus cluster"
	if serves "momus cluster quorum" 55; then
		cli cluster quorum
		tool_says '^1 +leader +[0-9]+ +0 '
		pass "momus cluster quorum"
	fi
	if serves "momus cluster upgrade" 57; then
		refused 1 'INVALID_UPDATE_VERSION' cluster upgrade unheard.of=1
		pass "momus cluster upgrade"
	fi
}

cli_partitions() {
	local moved deadline
	lines 100 >"$dir/in"
	"$work/compat" put --broker "$broker" --topic cli-records <"$dir/in" || fail "producing"
	cli partition describe cli-records:0
	tool_says "^cli-records +0 +1 +0 +1 +1 +0 +100 +[0-9.]+ [KM]?i?B +$dir/data2?/? +-$"
	cli partition producers cli-records
	tool_says '^0 +[0-9]+ +0 +99 '
	cli partition delete-records cli-records 0=40
	prints 'cli-records:0 begins at offset 40'
	refused 1 'OFFSET_OUT_OF_RANGE' partition delete-records cli-records 0=101
	refused 1 'has no partition 5; it has 0 to 0' partition describe cli-records:5
	cli log tail cli-records -n 2
	tool_says '^cli-records:0 offset 98 ' '^cli-records:0 offset 99 '
	[ "$(wc -l <"$dir/tool")" = 2 ] || fail "log tail: $(cat "$dir/tool")"
	cli log tail cli-records --from 50 -n 0 -o json
	[ "$(wc -l <"$dir/tool")" = 50 ] || fail "log tail: $(cat "$dir/tool")"
	tool_says '^\{"topic":"cli-records","partition":0,"offset":50,'
	cli log tail cli-records --from 7 -n 1 # which is gone: the first there is
	tool_says '^cli-records:0 offset 40 '
	cli log tail cli-records --from 100000
	[ ! -s "$dir/tool" ] || fail "log tail behind the end: $(cat "$dir/tool")"
	"$momus" log tail cli-records --from end --follow >"$dir/followed" 2>&1 &
	client_pid=$!
	deadline=$((SECONDS + 30))
	until grep -q more "$dir/followed"; do
		kill -0 "$client_pid" 2>/dev/null || fail "log tail --follow ended: $(cat "$dir/followed")"
		[ "$SECONDS" -lt "$deadline" ] || fail "log tail --follow prints nothing"
		echo more | "$work/compat" put --broker "$broker" --topic cli-records --exists || fail "producing"
	done
	kill "$client_pid"
	wait "$client_pid" 2>/dev/null || true
	client_pid=
	pass "momus partition and log tail"
	cli log dirs
	tool_says "^1 +$dir/data +[0-9]+ .*online$" "^1 +$dir/data2 +[0-9]+ .*online$"
	cli log dirs --logs -o json
	tool_says '"topic": "cli-records"'
	pass "momus log dirs"
	if serves "momus partition elect and reassign" 43 45 46; then
		cli partition elect cli-records
		prints 'cli-records:0 needs no election'
		cli partition reassign cli-records 0=1 --wait
		prints 'cli-records:0 moved'
		refused 1 'INVALID_REPLICA_ASSIGNMENT' partition reassign cli-records 0=7
		cli partition reassign --list
		prints 'TOPIC PARTITION REPLICAS ADDING REMOVING'
		pass "momus partition elect and reassign"
	fi
	if serves "momus partition move-dir" 34; then
		moved=$dir/data2
		if [ -d "$dir/data2/cli-records-0" ]; then moved=$dir/data; fi
		cli partition move-dir cli-records 0 "$moved" --wait
		prints "cli-records:0 moved to $moved"
		cli log tail cli-records --from 40 -n 0
		[ "$(grep -c . "$dir/tool")" -ge 60 ] || fail "after the move: $(head -n 3 "$dir/tool")"
		pass "momus partition move-dir"
	fi
}

# cli_groups works on cli-records, which begins at 40 and has 100 records and what was added.
cli_groups() {
	serves "momus group" 8 9 10 15 16 42 47 || return 0
	cli group reset-offsets cli-group cli-records --to 50
	prints 'TOPIC PARTITION BEFORE AFTER' 'cli-records 0 - 50'
	cli group reset-offsets cli-group --shift -100 --dry-run # no further than where it begins
	prints 'TOPIC PARTITION BEFORE AFTER' 'cli-records 0 50 40'
	cli group list cli-
	prints 'GROUP TYPE STATE PROTOCOL COORDINATOR' 'cli-group classic Empty - 1'
	cli group describe cli-group
	tool_says '^cli-group +classic +Empty +- +- +1 +0 +[0-9]+$' '^cli-records +0 +50 +40 +[0-9]+ +[0-9]+ +-$'
	cli group describe cli-group -o json
	tool_says '"group": "cli-group"' '"committed": 50'
	printf 'cli-records,0,60\n' >"$dir/offsets"
	cli group reset-offsets cli-group --from-file "$dir/offsets"
	prints 'TOPIC PARTITION BEFORE AFTER' 'cli-records 0 50 60'
	cli group reset-offsets cli-group --to 2001-01-31T10:00:00Z
	prints 'TOPIC PARTITION BEFORE AFTER' 'cli-records 0 60 40'
	cli group delete-offsets cli-group cli-records
	prints 'cli-records:0 has no committed offset'
	refused 1 'GROUP_ID_NOT_FOUND: there is no such group' group describe cli-nobody
	refused 2 'say where to' group reset-offsets cli-group cli-records
	cli group reset-offsets cli-group cli-records --to latest
	cli group delete cli-group
	prints 'cli-group deleted'
	cli group delete cli-group --if-exists
	prints 'cli-group is not there'
	pass "momus group"
}

# cli_words tries words that are wrong, and a shell's questions.
cli_words() {
	refused 2 'there is no command momus topic lits; did you mean list?' topic lits
	refused 2 'unknown flag: --nope' topic list --nope
	refused 2 'allowed is table or json' topic list -o yaml
	refused 1 'nothing answers at 127.0.0.1:1 ' topic list -b 127.0.0.1:1
	cli __complete topic describe cli-rec
	tool_says '^cli-records$'
	cli completion bash
	tool_says 'bash completion V2 for momus'
	pass "momus: wrong words, and completion"
}

# cli_readme runs the examples of the README's section, one after another, on directories of this run.
cli_readme() {
	local example n=0
	while IFS= read -r example; do
		example=${example//bin\/momus/\"$momus\"}
		example=${example//\/var\/lib\/momus/$dir/data}
		(cd "$dir" && timeout 60 bash -euc "$example") >"$dir/tool" 2>&1 || fail "README: $example: $(cat "$dir/tool")"
		n=$((n + 1))
	done < <(awk '/^## /{ on = /^## Commands/ } on && /^    bin\/momus / { sub(/^    /, ""); print }' README.md)
	[ "$n" -ge 15 ] || fail "there are $n examples in the README's section"
	pass "README: $n examples"
}

# cli_begin formats the directories first, with an id of our choice.
cli_begin() {
	cli format --cluster-id MkU3OEVBNTcwNTJENDM2Qk --standalone --override "log.dirs=$dir/data,$dir/data2"
	tool_says "^formatted $dir/data for node 1 of cluster MkU3OEVBNTcwNTJENDM2Qk, metadata.version 4.3-IV0$" "^formatted $dir/data2 "
	refused 1 'is formatted already' format --override "log.dirs=$dir/data"
	pass "momus format"
	start --override "log.dirs=$dir/data,$dir/data2"
}

part_cli() {
	local MOMUS_BOOTSTRAP_SERVER
	begin cli cli_begin
	export MOMUS_BOOTSTRAP_SERVER=$broker
	cli_readme
	cli_topics
	cli_configs
	cli_cluster
	cli_partitions
	cli_groups
	cli_words
	cli dump-log --cluster-metadata-decoder "$dir/data/__cluster_metadata-0"
	tool_says 'LeaderChange: ' '"type":"TOPIC_RECORD".*"name":"cli-records"'
	pass "momus dump-log"
	finish
}

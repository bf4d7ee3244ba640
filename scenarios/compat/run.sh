#!/usr/bin/env bash
# Real clients against bin/momus: franz-go always, kcat where it is installed, Kafka's own tools
# where PEER says where they are (the script, or its directory). Each part has a broker of its own on
# free ports of loopback and a fresh directory, is recorded, ends with a clean stop, and its journal
# must replay.
#
#   RECORDS=N     records of the bulk part (default 1,000,000; 100,000 where CI is set)
#   PARTS="..."   only these of: clients kcat java bulk directories
#   REQUIRE=all   a part that is skipped fails the run
#   KEEP=1        leave the work directory behind, and say where it is
set -euo pipefail
cd "$(dirname "$0")/../.."

records=${RECORDS:-$([ -n "${CI:-}" ] && echo 100000 || echo 1000000)}
parts=${PARTS:-clients kcat java bulk directories}
peer=${PEER:-}
if [ -n "$peer" ] && [ -d "$peer" ]; then peer=$peer/kafka; fi

work=$(mktemp -d)
# shellcheck source=scenarios/broker.sh
source scenarios/broker.sh
# shellcheck source=scenarios/compat/directories.sh
source scenarios/compat/directories.sh
client_pid=
kafka_pid=

cleanup() {
	local status=$?
	if [ -n "$client_pid" ]; then kill -KILL "$client_pid" 2>/dev/null || true; fi
	kafka_end
	broker_cleanup
	if [ -n "${KEEP:-}" ]; then
		echo "compat: the work directory is $work" >&2
	else
		rm -rf "$work"
	fi
	exit "$status"
}
trap cleanup EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

checks=0
skips=0
segments=0
steps=0

fail() {
	echo "compat: $part: $*" >&2
	if [ -s "$dir/broker.log" ]; then tail -n 15 "$dir/broker.log" >&2; fi
	exit 1
}

pass() {
	checks=$((checks + 1))
	echo "  ok: $*"
}

skip() {
	skips=$((skips + 1))
	echo "SKIP compat: $*"
}

# begin PART makes the part's directory and starts its broker.
begin() {
	part=$1
	dir=$work/$part
	port=$(free_port)
	broker=127.0.0.1:$port
	journals=()
	mkdir -p "$dir"
	echo "== compat: $part"
	start
}

# start starts the part's broker, for the first time or after it was killed. Each life has its own
# journal.
start() {
	local journal=$dir/journal-${#journals[@]}
	journals+=("$journal")
	broker_start "$dir/data" "$port" "$dir/broker.log" --record "$journal" \
		--override log.segment.bytes=67108864 || fail "the broker did not start"
}

# finish stops the broker, replays the journal of each of its lives, and has what is on disk read.
finish() {
	local journal said
	broker_stop || fail "the broker did not stop cleanly"
	pass "a clean stop"
	for journal in "${journals[@]}"; do
		said=$("$momus" replay "$journal" 2>&1) || fail "the journal does not replay: $said"
		said=$(tail -n 1 <<<"$said")
		steps=$((steps + $(awk '/^replayed/ { n = $2 } END { print n + 0 }' <<<"$said")))
		pass "journal: $said"
	done
	if [ -n "$peer" ]; then dump_log; fi
	if [ -z "${KEEP:-}" ]; then rm -rf "$dir"; fi
}

# dump_log has Kafka's tool read every segment and its indexes. It must complain of nothing and count
# the batches and records that we count in the files ourselves.
dump_log() {
	local files=() metadata=() list file
	while IFS= read -r file; do
		case $file in
		*/__cluster_metadata-0/*) metadata+=("$file") ;;
		*) files+=("$file") ;;
		esac
	done < <(find "$dir/data" -name '*.log' -size +0 | sort)
	[ ${#metadata[@]} -gt 0 ] || fail "there is no segment of the metadata log"
	compare_dump cluster-metadata-decoder "${metadata[@]}"
	if [ ${#files[@]} -gt 0 ]; then compare_dump skip-record-metadata "${files[@]}"; fi
	mapfile -t list < <(find "$dir/data" \( -name '*.index' -o -name '*.timeindex' \) -size +0 | sort)
	if [ ${#list[@]} -eq 0 ]; then return; fi
	"$peer" tool dump-log --files "$(joined "${list[@]}")" >"$dir/dump" 2>&1 || fail "dump-log of the indexes: $(tail -n 5 "$dir/dump")"
	no_complaint
	pass "dump-log reads ${#list[@]} indexes"
}

# compare_dump MODE FILE... counts with both.
compare_dump() {
	local mode=$1
	shift
	"$peer" tool dump-log --deep-iteration "--$mode" --files "$(joined "$@")" >"$dir/dump" 2>&1 ||
		fail "dump-log: $(tail -n 5 "$dir/dump")"
	no_complaint
	awk '
		/^Dumping / { file = $2; files[++n] = file }
		/^baseOffset: / { batches[file]++; for (i = 1; i < NF; i++) if ($i == "count:") records[file] += $(i + 1) }
		END { for (i = 1; i <= n; i++) print files[i], batches[files[i]] + 0, records[files[i]] + 0 }
	' "$dir/dump" >"$dir/theirs"
	"$work/compat" batches "$@" >"$dir/ours"
	diff "$dir/theirs" "$dir/ours" >&2 || fail "dump-log (<) counts other batches than there are (>)"
	segments=$((segments + $#))
	pass "dump-log: $(awk '{ b += $2; r += $3 } END { print NR " segments, " b " batches, " r " records" }' "$dir/ours")"
}

joined() {
	local IFS=,
	echo "$*"
}

# no_complaint looks for what dump-log complains of. It calls the first offset of every segment that
# does not begin at 0 non-consecutive to -1, Kafka's own segments too: that alone is no complaint.
no_complaint() {
	local said
	said=$(complaints | head -n 5)
	if [ -n "$said" ]; then fail "dump-log complains: $said"; fi
}

complaints() {
	awk '
		/^Non-consecutive offsets in / { file = $NF; base = file; sub(/.*\//, "", base); next }
		/ is followed by / { if ($1 != -1 || $NF != base + 0) print file ": " $0; next }
		/^[|] offset: / { next }
		tolower($0) ~ /isvalid: false|mismatch|corrupt|exception|not found|out of order|failed|trailing|^error/ { print }
	' "$dir/dump"
}

part_clients() {
	begin clients
	"$work/compat" clients --broker "$broker" || fail "franz-go"
	pass "franz-go"
	finish
}

# lines N prints N different lines that compress somewhat.
lines() { awk -v n="$1" 'BEGIN { for (i = 0; i < n; i++) printf "%d %x %s\n", i, i * 2654435761 % 4294967296, "the same words again" }'; }

part_kcat() {
	local codec
	if ! command -v kcat >/dev/null; then
		skip "kcat is not installed"
		return
	fi
	begin kcat
	lines 2000 >"$dir/in"
	for codec in none gzip snappy lz4 zstd; do
		kcat -q -P -b "$broker" -t "kcat-$codec" -z "$codec" -X enable.idempotence=true -l "$dir/in" </dev/null ||
			fail "producing with $codec"
		timeout 30 kcat -q -C -b "$broker" -t "kcat-$codec" -o beginning -e -f '%s\n' >"$dir/out" ||
			fail "consuming what was produced with $codec"
		cmp "$dir/in" "$dir/out" || fail "$codec: what is consumed differs"
		pass "kcat, $codec"
	done
	kcat -q -L -b "$broker" >"$dir/list" || fail "listing"
	grep -q 'topic "kcat-zstd"' "$dir/list" || fail "a topic is not listed: $(cat "$dir/list")"
	[ "$(kcat -q -Q -b "$broker" -t kcat-none:0:-1 | awk '{ print $NF }')" = 2000 ] || fail "the end offset is not 2000"
	pass "kcat, list and query"
	finish
}

# java TOOL ARGUMENT... runs one of Kafka's tools against the broker and shows its output on failure.
java_tool() {
	local name=$1
	shift
	timeout 120 "$peer" tool "$name" --bootstrap-server "$broker" "$@" >"$dir/tool" 2>&1 ||
		fail "$name $*: $(tail -n 15 "$dir/tool")"
}

part_java() {
	local codec end
	if [ -z "$peer" ]; then
		skip "PEER does not say where Kafka's tools are"
		return
	fi
	if ! command -v java >/dev/null; then
		skip "Java is not installed"
		return
	fi
	begin java
	java_tool topics --create --topic made-by-java --partitions 3 --replication-factor 1
	java_tool topics --create --topic perf --partitions 4
	java_tool topics --create --topic unwanted
	java_tool topics --list
	grep -qx made-by-java "$dir/tool" || fail "topics --list: $(cat "$dir/tool")"
	java_tool topics --delete --topic unwanted
	java_tool topics --list
	if grep -qx unwanted "$dir/tool"; then fail "a deleted topic is still listed"; fi
	pass "java topics: create, list, delete"

	lines 500 >"$dir/in"
	for codec in none gzip snappy lz4 zstd; do
		java_tool console-producer --topic "console-$codec" --compression-codec "$codec" <"$dir/in"
		"$work/compat" tail --broker "$broker" --topic "console-$codec" >"$dir/out" || fail "reading console-$codec"
		cmp "$dir/in" "$dir/out" || fail "console-producer with $codec: what is consumed differs"
		pass "java console-producer, $codec"
	done

	timeout 120 "$peer" tool producer-perf --topic perf --num-records 50000 --record-size 1024 --throughput -1 \
		--command-property "bootstrap.servers=$broker" >"$dir/tool" 2>&1 || fail "producer-perf: $(tail -n 5 "$dir/tool")"
	grep -q '^50000 records sent' "$dir/tool" || fail "producer-perf: $(tail -n 5 "$dir/tool")"
	java_tool get-offsets --topic perf
	[ "$(awk -F: '{ n += $3 } END { print n }' "$dir/tool")" = 50000 ] || fail "get-offsets: $(cat "$dir/tool")"
	pass "java producer-perf and get-offsets: 50000 records"

	java_tool log-dirs --describe --topic-list perf
	for partition in 0 1 2 3; do
		size=$(cat "$dir/data/perf-$partition/"*.log | wc -c)
		grep -q "\"partition\":\"perf-$partition\",\"size\":$size,\"offsetLag\":0,\"isFuture\":false" "$dir/tool" ||
			fail "log-dirs: perf-$partition has $size bytes, $(tail -n 1 "$dir/tool")"
	done
	pass "java log-dirs"

	cat >"$dir/offsets.json" <<-'END'
		{"version": 1, "partitions": [{"topic": "perf", "partition": 0, "offset": 7}, {"topic": "perf", "partition": 1, "offset": -1}]}
	END
	java_tool get-offsets --topic perf --partitions 1
	end=$(awk -F: '{ print $3 }' "$dir/tool")
	java_tool delete-records --offset-json-file "$dir/offsets.json"
	grep -q "perf-0.*low_watermark: 7" "$dir/tool" || fail "delete-records: $(cat "$dir/tool")"
	grep -q "perf-1.*low_watermark: $end" "$dir/tool" || fail "delete-records: $(cat "$dir/tool")"
	java_tool get-offsets --topic perf --partitions 0,1 --time earliest
	[ "$(tr '\n' ' ' <"$dir/tool")" = "perf:0:7 perf:1:$end " ] || fail "get-offsets after delete-records: $(cat "$dir/tool")"
	pass "java delete-records"
	finish
}

# The bulk part kills the broker under load when half of the records are acked.
part_bulk() {
	begin bulk
	"$work/compat" bulk --broker "$broker" --records "$records" --halfway "$dir/halfway" &
	client_pid=$!
	until [ -e "$dir/halfway" ]; do
		kill -0 "$client_pid" 2>/dev/null || fail "the load ended before its middle"
		sleep 0.02
	done
	broker_kill
	start
	wait "$client_pid" || fail "the load"
	client_pid=
	pass "$records records, a kill -9 in the middle"
	finish
}

go build -o "$work/compat" ./scenarios/compat
for name in $parts; do "part_$name"; done

echo "FIGURE compat: $checks checks, $steps steps replayed, $segments segments read by dump-log, $skips parts skipped"
if [ "$skips" -gt 0 ] && [ "${REQUIRE:-}" = all ]; then
	echo "compat: REQUIRE=all forbids what was skipped" >&2
	exit 1
fi
echo "compat: $checks passed, 0 failed, $skips skipped"

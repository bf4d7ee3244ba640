#!/usr/bin/env bash
# Real clients against bin/momus: franz-go and sarama always, kcat where it is installed, Kafka's own
# tools where PEER says where they are (the script, or its directory), the clients' own suites where
# SUITES says. Each part has a broker of its own on free ports of loopback and a fresh directory, is
# recorded, ends with a clean stop, and its journal must replay.
#
#   RECORDS=N     records of the bulk part (default 1,000,000; 100,000 where CI is set)
#   PARTS="..."   only these of: cli clients sarama kcat java bulk groups badinput directories suites
#   DIRECTORIES="..."  only these of the part directories: of_kafka of_momus compacted
#   ONLY="..."    only these suites of: franz-go kafka-go kcat
#   REQUIRE=all   a part that is skipped fails the run
#   KEEP=1        leave the work directory behind, and say where it is
set -euo pipefail
cd "$(dirname "$0")/../.."

records=${RECORDS:-$([ -n "${CI:-}" ] && echo 100000 || echo 1000000)}
parts=${PARTS:-cli clients sarama kcat java bulk groups badinput directories suites}
peer=${PEER:-}
if [ -n "$peer" ] && [ -d "$peer" ]; then peer=$peer/kafka; fi

work=$(mktemp -d)
# shellcheck source=scenarios/broker.sh
source scenarios/broker.sh
# shellcheck source=scenarios/compat/directories.sh
source scenarios/compat/directories.sh
# shellcheck source=scenarios/compat/suites.sh
source scenarios/compat/suites.sh
# shellcheck source=scenarios/compat/cli.sh
source scenarios/compat/cli.sh
# shellcheck source=scenarios/compat/java.sh
source scenarios/compat/java.sh
# shellcheck source=scenarios/compat/groups.sh
source scenarios/compat/groups.sh
# shellcheck source=scenarios/compat/migrate.sh
source scenarios/compat/migrate.sh
client_pid=
kafka_pid=

cleanup() {
	local status=$?
	if [ -n "$client_pid" ]; then kill -KILL "$client_pid" 2>/dev/null || true; fi
	kafka_end
	members_end
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

# begin PART [COMMAND...] makes the part's directory and starts its broker, by the command if it is given.
begin() {
	part=$1
	shift
	dir=$work/$part
	port=$(free_port)
	broker=127.0.0.1:$port
	journals=()
	mkdir -p "$dir"
	echo "== compat: $part"
	if [ $# -gt 0 ]; then "$@"; else start; fi
}

# start [ARGUMENT...] starts the part's broker, for the first time or after it was killed. Each life has
# its own journal.
start() {
	local journal=$dir/journal-${#journals[@]}
	journals+=("$journal")
	broker_start "${data_dirs:-$dir/data}" "$port" "$dir/broker.log" --record "$journal" \
		--override log.segment.bytes=67108864 "$@" || fail "the broker did not start"
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
	same_dump --files "$(joined "${list[@]}")"
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
	same_dump --deep-iteration "--$mode" --files "$(joined "$@")"
	segments=$((segments + $#))
	pass "dump-log: $(awk '{ b += $2; r += $3 } END { print NR " segments, " b " batches, " r " records" }' "$dir/ours")"
}

# same_dump ARGUMENT... has momus dump-log print what Kafka's just printed into $dir/dump. Kafka's complains of
# the first offset of every segment that does not begin at 0, and prints an empty line for a record of which
# nothing is to be printed. Of bytes that are no text each counts its own way.
same_dump() {
	"$momus" dump-log "$@" >"$dir/mine" || fail "momus dump-log: $(tail -n 5 "$dir/mine")"
	diff -a <(comparable "$dir/dump") <(comparable "$dir/mine") >"$dir/diff" ||
		fail "dump-log (<) prints otherwise than momus dump-log (>): $(head -n 6 "$dir/diff")"
}

comparable() { grep -avE '^Non-consecutive offsets in | is followed by |^$' "$1" | LC_ALL=C sed 's/\(\xef\xbf\xbd\)\+/?/g'; }

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

# walk NAME runs one of our own clients. What it could not try is a skip.
walk() {
	local line
	"$work/compat" "$1" --broker "$broker" >"$dir/said" || fail "$1: $(tail -n 5 "$dir/said")"
	while IFS= read -r line; do
		case $line in
		SKIP*) skip "${line#SKIP compat: }" ;;
		*) echo "$line" ;;
		esac
	done <"$dir/said"
	pass "$1"
}

# tool_says PATTERN... wants each of them in what the last tool printed.
tool_says() {
	local pattern
	for pattern in "$@"; do
		grep -qE -e "$pattern" "$dir/tool" || fail "nothing like \"$pattern\" in: $(cat "$dir/tool")"
	done
}

# serves WHAT KEY... tells whether the broker serves all of the APIs; if not, WHAT is a skip.
serves() {
	local what=$1 missing
	shift
	missing=$("$work/compat" serves --broker "$broker" "$@") || fail "asking which APIs there are"
	if [ -n "$missing" ]; then
		skip "$what: the broker does not serve $missing"
		return 1
	fi
}

part_clients() {
	local data_dirs=$work/clients/data,$work/clients/data/second
	begin clients
	walk clients
	local said
	said=$("$work/compat" observe --address "127.0.0.1:$((port + 2))" 2>&1) || fail "over HTTP: $said"
	pass "metrics and readiness over HTTP: $said"
	finish
}

part_sarama() {
	begin sarama
	walk sarama
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
		"$work/compat" tail --broker "$broker" --topic "kcat-$codec" | cmp "$dir/in" - || fail "$codec: what franz-go reads of kcat differs"
		"$work/compat" put --broker "$broker" --topic "put-$codec" --codec "$codec" <"$dir/in" || fail "franz-go, $codec"
		timeout 30 kcat -q -C -b "$broker" -t "put-$codec" -o beginning -e -f '%s\n' | cmp "$dir/in" - || fail "$codec: what kcat reads of franz-go differs"
		pass "kcat and franz-go, $codec, both ways"
	done
	kcat -q -L -b "$broker" >"$dir/list" || fail "listing"
	grep -q 'topic "kcat-zstd"' "$dir/list" || fail "a topic is not listed: $(cat "$dir/list")"
	[ "$(kcat -q -Q -b "$broker" -t kcat-none:0:-1 | awk '{ print $NF }')" = 2000 ] || fail "the end offset is not 2000"
	pass "kcat, list and query"
	finish
}

# The badinput part sends what no client should, by thousands of connections, while one client behaves well.
part_badinput() {
	local idle=10000 files
	files=$(ulimit -Hn)
	if [ "$files" != unlimited ] && [ "$files" -lt 12000 ]; then idle=$((files > 3000 ? files - 2000 : 1000)); fi
	ulimit -n "$files"
	begin badinput
	"$work/compat" badinput --broker "$broker" --log "$dir/broker.log" --pid "$broker_pid" --idle "$idle" || fail "bad input"
	pass "bad input"
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

# The part `directories` of the compatibility run: log directories that a real Kafka and momus write and
# start on in turns. run.sh sources it, and says what $peer, $work and $momus are.
# shellcheck shell=bash

# JVMs that live for seconds are not worth the second compiler's time.
short_lived="-XX:TieredStopAtLevel=1 -XX:+UseSerialGC"
export TOOL_HEAP="-Xmx512m $short_lived"

# kafka_end [SIGNAL] ends the real Kafka of this run, if one runs.
kafka_end() {
	if [ -n "$kafka_pid" ]; then
		kill "-${1:-KILL}" "$kafka_pid" 2>/dev/null || true
		wait "$kafka_pid" 2>/dev/null || true
		kafka_pid=
	fi
}

# properties DATA writes what both brokers are configured with.
properties() {
	cat >"$dir/server.properties" <<-CONF
		process.roles=broker,controller
		node.id=1
		controller.quorum.bootstrap.servers=127.0.0.1:$((port + 1))
		listeners=PLAINTEXT://127.0.0.1:$port,CONTROLLER://127.0.0.1:$((port + 1))
		advertised.listeners=PLAINTEXT://127.0.0.1:$port
		controller.listener.names=CONTROLLER
		inter.broker.listener.name=PLAINTEXT
		listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT
		log.dirs=$1
		offsets.topic.replication.factor=1
		transaction.state.log.replication.factor=1
		transaction.state.log.min.isr=1
		transaction.state.log.num.partitions=2
		initial.broker.registration.timeout.ms=300000
	CONF
}

# kafka_start starts a real Kafka on the directory $data, which it formats if it is new, and waits until it
# serves.
kafka_start() {
	local deadline=$((SECONDS + 300))
	if [ ! -e "$data/meta.properties" ]; then
		"$peer" tool storage format --standalone -t AAAAAAAAQACAAAAAAAAAAA -c "$dir/server.properties" >"$dir/format" 2>&1 ||
			fail "formatting for Kafka: $(tail -n 5 "$dir/format")"
	fi
	: >"$dir/kafka.log"
	# shellcheck disable=SC2086
	java -Xms256m -Xmx512m $short_lived "-Dlog4j2.configurationFile=${peer%/*}/log4j2.properties" \
		-cp "$("$peer" classpath)" kafka.Kafka "$dir/server.properties" >"$dir/kafka.log" 2>&1 &
	kafka_pid=$!
	until grep -q 'Kafka Server started' "$dir/kafka.log"; do
		kill -0 "$kafka_pid" 2>/dev/null || fail "Kafka ended: $(tail -n 5 "$dir/kafka.log")"
		[ "$SECONDS" -lt "$deadline" ] || fail "Kafka did not start within 300 s: $(tail -n 5 "$dir/kafka.log")"
		sleep 0.1
	done
}

# momus_start starts momus on the same directory with the same properties.
momus_start() {
	broker_start "$data" "$port" "$dir/broker.log" --config "$dir/server.properties" || fail "momus did not start on $data"
}

# says SUFFIX... leaves in $dir/theirs what Kafka's dump-log says of the files of all partitions that end
# with one of the suffixes, and what follows from it, in the words of `compat opened`.
says() {
	local log suffix file files=()
	while IFS= read -r log; do
		for suffix in "$@"; do
			for file in "$log"/*."$suffix"; do
				# An empty log is one of no batches; an empty index is none.
				if [ -s "$file" ] || { [ -e "$file" ] && [ "$suffix" = log ]; }; then files+=("$file"); fi
			done
		done
	done < <(find "$data" -mindepth 1 -maxdepth 1 -type d ! -name '__cluster_metadata-*' | LC_ALL=C sort)
	"$peer" tool dump-log --deep-iteration --print-data-log --files "$(joined "${files[@]}")" >"$dir/dump" 2>&1 ||
		fail "dump-log: $(tail -n 5 "$dir/dump")"
	no_complaint
	same_dump --deep-iteration --print-data-log --files "$(joined "${files[@]}")"
	awk -v "data=$data" -f scenarios/compat/dumped.awk "$dir/dump" >"$dir/theirs"
}

# opens WHAT SUFFIX... has our storage code open a copy of the directory, and compares what it finds with
# what dump-log says, and its records with those that were acked.
opens() {
	local what=$1
	shift
	says "$@"
	rm -rf "$dir/opened"
	cp -r "$data" "$dir/opened"
	"$work/compat" opened -records "$dir/records" "$dir/opened" >"$dir/ours" || fail "opening what $what left"
	diff -a "$dir/theirs" "$dir/ours" >"$dir/diff" || fail "what $what left: Kafka's tools (<) read otherwise than we do (>): $(head -n 10 "$dir/diff")"
	same_as_fed "$dir/records" "$what left"
	pass "what $what left: $(awk '
		/^log /        { logs++ }
		/^baseOffset/  { batches++ }
		/^[|]/         { records++ }
		/^snapshot /   { snapshots++ }
		/^end/         { end = 1; next }
		/^producerId/  { if (end) producers++; else entries++; next }
		/^epoch /      { epochs++; end = 0 }
		END { print logs " logs, " batches " batches, " records " records, " snapshots + 0 " snapshots of " entries + 0 " producers, " producers " producers, " epochs " epochs" }
	' "$dir/ours")"
	flipped
}

# same_as_fed FILE WHAT compares records with those that were acked, by partition and offset.
same_as_fed() {
	LC_ALL=C sort "$dir/fed" >"$dir/want"
	LC_ALL=C sort "$1" | diff "$dir/want" - >"$dir/diff" || fail "$2: other records (>) than were acked (<): $(head -n 6 "$dir/diff")"
}

# flip FILE AT flips a bit of the byte at a place; a negative place counts from the end.
flip() {
	local at=$2 byte
	if [ "$at" -lt 0 ]; then at=$(($(stat -c %s "$1") + at)); fi
	byte=$(od -An -tu1 -j "$at" -N 1 "$1")
	# shellcheck disable=SC2059
	printf "\\$(printf %03o $((byte ^ 4)))" | dd of="$1" bs=1 seek="$at" conv=notrunc status=none
}

# flipped flips one bit in the opened copy, within a record: it must be found.
flipped() {
	flip "$dir/opened/dir-none-0/00000000000000000000.log" 200
	if "$work/compat" opened "$dir/opened" >"$dir/ours" 2>"$dir/complaint"; then
		if diff -q "$dir/theirs" "$dir/ours" >/dev/null; then fail "a flipped bit goes unnoticed"; fi
	fi
	rm -rf "$dir/opened"
}

# reads WHAT reads all records back from the broker that runs, and compares them with those that were acked.
reads() {
	"$work/compat" readback --broker "$broker" --ends "$dir/ends" >"$dir/records" || fail "$1: reading back"
	same_as_fed "$dir/records" "$1"
	pass "$1: $(wc -l <"$dir/records") records are read, equal to those acked"
}

# ends_stay compares where partitions begin and end, and how far is committed, with what the broker before
# answered; but for the epochs, which rise with every start.
ends_stay() {
	diff <(sed 's/, epoch .*//' "$dir/ends.before") <(sed 's/, epoch .*//' "$dir/ends") >"$dir/diff" || fail "$1: other ends (>) than before (<): $(head -n 6 "$dir/diff")"
	pass "$1: the ends, and the last stable offsets, of $(wc -l <"$dir/ends") partitions are as before"
}

# writes WHAT has producers write, and the one that goes on from life to life.
writes() {
	local what=$1
	shift
	life=$((life + 1))
	"$work/compat" feed --broker "$broker" --life "$life" --fed "$dir/fed" "$@" >"$dir/said" || fail "$what: producing"
	"$work/compat" resume --broker "$broker" --state "$dir/producer" --fed "$dir/fed" >>"$dir/said" || fail "$what: an idempotent producer goes on"
	pass "$what: $(awk '/^fed/ { n += $2 } END { print n }' "$dir/said") records acked; the idempotent producer is at sequence $(cut -d ' ' -f 3 "$dir/producer")"
}

# consumes has Kafka's console-consumer read a partition of the broker that runs.
consumes() {
	java_tool console-consumer --topic dir-zstd --partition 1 --offset earliest --max-messages "$(grep -c '^dir-zstd-1 ' "$dir/fed")" --timeout-ms 60000 \
		--formatter-property print.key=true --formatter-property print.offset=true --formatter-property print.timestamp=true
	grep '^CreateTime:' "$dir/tool" >"$dir/records"
	awk '$1 == "dir-zstd-1"' "$dir/fed" | sed -E 's/^[^ ]+ ([0-9]+) CreateTime ([0-9]+) key "?([^" ]+)"? value ("([^"]*)"|(null)).*/CreateTime:\2\tOffset:\1\t\3\t\5\6/' |
		diff - "$dir/records" >"$dir/diff" || fail "console-consumer reads otherwise (>) than was acked (<): $(head -n 6 "$dir/diff")"
	pass "java console-consumer: $(wc -l <"$dir/records") records of a partition, equal to those acked"
}

# checks_indexes WHAT has dump-log check all indexes in both of its ways, and a damaged copy of one, of
# which alone it must complain.
checks_indexes() {
	local list bad=$dir/flipped/dir-none-0 base=00000000000000000000 complaints
	mapfile -t list < <(find "$data" \( -name '*.index' -o -name '*.timeindex' \) -size +0 | sort)
	mkdir -p "$bad"
	cp "$data/dir-none-0/$base".{log,index,timeindex} "$bad"
	flip "$bad/$base.index" -5
	flip "$bad/$base.timeindex" -5
	"$peer" tool dump-log --index-sanity-check --files "$(joined "${list[@]}")" >"$dir/dump" 2>&1 || fail "--index-sanity-check: $(tail -n 5 "$dir/dump")"
	no_complaint
	[ "$(grep -c 'passed sanity check' "$dir/dump")" = ${#list[@]} ] || fail "--index-sanity-check passed not all: $(tail -n 5 "$dir/dump")"
	"$peer" tool dump-log --verify-index-only --files "$(joined "${list[@]}" "$bad/$base.index" "$bad/$base.timeindex")" >"$dir/dump" 2>&1 ||
		fail "--verify-index-only: $(tail -n 5 "$dir/dump")"
	complaints=$(complaints)
	for suffix in index timeindex; do
		grep -q "$bad/$base.$suffix" <<<"$complaints" || fail "dump-log finds nothing wrong with a damaged .$suffix: $(cat "$dir/dump")"
	done
	if grep -vF "$bad" <<<"$complaints"; then fail "--verify-index-only complains"; fi
	rm -rf "$dir/flipped"
	pass "$1: dump-log finds ${#list[@]} indexes sound, by sanity and by log, and two damaged ones not"
}

# checks_metadata has dump-log decode the metadata log and its snapshots.
checks_metadata() {
	local files=()
	mapfile -t files < <(find "$data/__cluster_metadata-0" \( -name '*.log' -o -name '*.checkpoint' \) -size +0 | sort)
	"$peer" tool dump-log --deep-iteration --cluster-metadata-decoder --files "$(joined "${files[@]}")" >"$dir/dump" 2>&1 || fail "the metadata decoder: $(tail -n 5 "$dir/dump")"
	no_complaint
	same_dump --deep-iteration --cluster-metadata-decoder --files "$(joined "${files[@]}")"
	pass "$1: dump-log decodes $(grep -c 'payload: {"type"' "$dir/dump") metadata records in ${#files[@]} files"
}

# begin_directory NAME makes a directory of its own for both brokers.
begin_directory() {
	dir=$work/$part/$1
	data=$dir/data
	port=$(free_port)
	broker=127.0.0.1:$port
	life=0
	mkdir -p "$dir"
	: >"$dir/fed"
	properties "$data"
	echo "== compat: $part, begun by $1"
}

# Kafka writes a directory, is killed, writes on, stops; momus starts on it, is killed, starts, stops; Kafka
# starts on that and is killed, and momus starts once more.
directory_of_kafka() {
	begin_directory kafka
	kafka_start
	writes "Kafka" --transactions
	kafka_end KILL
	opens "kill -9 of Kafka" log snapshot
	kafka_start
	writes "Kafka again" --transactions
	reads "Kafka"
	cp "$dir/ends" "$dir/ends.before"
	kafka_end TERM
	opens "a clean stop of Kafka" log snapshot index timeindex txnindex
	momus_start
	reads "momus on Kafka's directory"
	ends_stay "momus on Kafka's directory"
	consumes
	writes "momus on Kafka's directory"
	broker_kill
	momus_start
	writes "momus after a kill -9"
	broker_stop || fail "momus did not stop cleanly"
	opens "a clean stop of momus" log snapshot index timeindex txnindex
	kafka_start
	reads "Kafka on what momus left"
	writes "Kafka on what momus left"
	kafka_end KILL
	momus_start
	reads "momus after a kill -9 of Kafka"
	writes "momus after a kill -9 of Kafka"
	broker_stop || fail "momus did not stop cleanly"
}

# momus writes a directory, is killed, writes on, stops; Kafka's tools check it at both points; Kafka starts
# on it, and momus on what Kafka left.
directory_of_momus() {
	begin_directory momus
	momus_start
	writes "momus"
	broker_kill
	opens "kill -9 of momus" log snapshot index timeindex
	checks_indexes "after a kill -9 of momus"
	momus_start
	writes "momus after a kill -9"
	broker_stop || fail "momus did not stop cleanly"
	opens "a clean stop of momus" log snapshot index timeindex
	checks_indexes "after a clean stop of momus"
	checks_metadata "after a clean stop of momus"
	kafka_start
	reads "Kafka on momus's directory"
	writes "Kafka on momus's directory" --transactions
	kafka_end TERM
	opens "a clean stop of Kafka" log snapshot index timeindex txnindex
	momus_start
	reads "momus on what Kafka left"
	writes "momus on what Kafka left"
	broker_stop || fail "momus did not stop cleanly"
}

# compacts WHAT [-write] has a topic written, waits until the broker has compacted it, and compares it with what was
# written last; without -write it is only read.
compacts() {
	local what=$1
	shift
	life=$((life + 1))
	"$work/compat" compacted --broker "$broker" --state "$dir/last" --life "$life" "$@" >"$dir/said" || fail "$what: a topic that is compacted"
	pass "$what: $(sed 's/^compacted: //' "$dir/said"), the last value of each key among them"
}

# checks_compacted WHAT has dump-log check the indexes of what was compacted, and read its records, as ours does.
checks_compacted() {
	local list logs
	mapfile -t list < <(find "$data" -path '*/compacted-*' \( -name '*.index' -o -name '*.timeindex' \) -size +0 | sort)
	mapfile -t logs < <(find "$data" -path '*/compacted-*' -name '*.log' -size +0 | sort)
	"$peer" tool dump-log --index-sanity-check --files "$(joined "${list[@]}")" >"$dir/dump" 2>&1 || fail "--index-sanity-check: $(tail -n 5 "$dir/dump")"
	[ "$(grep -c 'passed sanity check' "$dir/dump")" = ${#list[@]} ] || fail "--index-sanity-check passed not all: $(tail -n 5 "$dir/dump")"
	"$peer" tool dump-log --verify-index-only --files "$(joined "${list[@]}")" >"$dir/dump" 2>&1 || fail "--verify-index-only: $(tail -n 5 "$dir/dump")"
	if complaints | grep .; then fail "--verify-index-only complains"; fi
	"$peer" tool dump-log --deep-iteration --print-data-log --files "$(joined "${logs[@]}")" >"$dir/dump" 2>&1 || fail "dump-log: $(tail -n 5 "$dir/dump")"
	same_dump --deep-iteration --print-data-log --files "$(joined "${logs[@]}")"
	pass "$1: dump-log finds ${#list[@]} indexes sound, and reads $(grep -c '^| offset' "$dir/dump") records as we do"
}

# Either broker compacts what the other one compacted, and starts on what the other one left, killed or not.
directory_compacted() {
	begin_directory compacted
	echo "log.cleaner.backoff.ms=200" >>"$dir/server.properties"
	momus_start
	compacts "momus" --write
	broker_kill
	momus_start
	compacts "momus after a kill -9"
	compacts "momus again" --write
	broker_stop || fail "momus did not stop cleanly"
	checks_compacted "what momus compacted"
	kafka_start
	compacts "Kafka on what momus compacted"
	compacts "Kafka on what momus compacted" --write
	kafka_end KILL
	momus_start
	compacts "momus after a kill -9 of Kafka"
	compacts "momus on what Kafka compacted" --write
	broker_stop || fail "momus did not stop cleanly"
	checks_compacted "what both compacted"
	kafka_start
	compacts "Kafka once more" --write
	kafka_end TERM
	momus_start
	compacts "momus once more"
	broker_stop || fail "momus did not stop cleanly"
}

part_directories() {
	if [ -z "$peer" ] || ! command -v java >/dev/null; then
		skip "PEER does not say where Kafka is, or Java is not installed"
		return
	fi
	part=directories
	local one
	for one in ${DIRECTORIES:-of_kafka of_momus compacted}; do "directory_$one"; done
	if [ -z "${KEEP:-}" ]; then rm -rf "${work:?}/$part"; fi
}

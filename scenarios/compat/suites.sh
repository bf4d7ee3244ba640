# The part `suites` of the compatibility run: test suites that nobody here wrote, each against a fresh
# node. SUITES says where they are: a directory with `run`, `compare` and `expected`, or the script `run`
# in it. run.sh sources it.
#
# Which tests are left out, and why, stands in leftout.txt; all others must score what Apache Kafka does.
# shellcheck shell=bash

suites=${SUITES:-}
if [ -f "$suites" ]; then suites=$(dirname "$suites"); fi

# suite_broker SUITE starts the broker as the suite wants it.
suite_broker() {
	local settings=(num.partitions=4)
	if [ "$1" = kafka-go ]; then
		# This suite has its addresses, the broker's id and the largest message written into its tests.
		port=9092
		broker=localhost:9092
		settings=(num.partitions=1 message.max.bytes=200000000 advertised.listeners=PLAINTEXT://localhost:9092)
		if port_open $port || port_open $((port + 1)); then fail "kafka-go's suite wants port 9092, which is taken"; fi
	fi
	start "${settings[@]/#/--override=}"
}

# left_out SUITE prints the tests of the suite that are left out. A line of the list that names no test of
# the suite fails the run: so does a test that was renamed.
left_out() {
	awk -v s="$1" '$1 == s { print $2 }' scenarios/compat/leftout.txt | LC_ALL=C sort
}

part_suites() {
	local suite
	if [ -z "$suites" ]; then
		skip "SUITES does not say where the clients' own suites are"
		return
	fi
	for suite in ${ONLY:-franz-go kafka-go kcat}; do run_suite "$suite"; done
}

run_suite() {
	local suite=$1 began=$SECONDS wanted none
	if [ "$suite" = kcat ] && ! { command -v kcat && command -v jq; } >/dev/null; then
		skip "kcat's suite wants kcat and jq"
		return
	fi
	begin "suite-$suite" suite_broker "$suite"
	left_out "$suite" >"$dir/left"
	none=$(LC_ALL=C comm -13 <(awk '{ print $2 }' "$suites/expected/$suite.txt" | LC_ALL=C sort) "$dir/left")
	[ -z "$none" ] || fail "leftout.txt names tests that $suite has not: $none"
	awk 'NR == FNR { left[$1] = 1; next } !($2 in left)' "$dir/left" "$suites/expected/$suite.txt" >"$dir/expected"
	wanted=$(awk '{ print $2 }' "$dir/expected" | sed 's/[][().*+?{}|^$\\]/\\&/g; s/.*/^&$/' | paste -sd'|')
	"$suites/run" "$suite" --brokers "$broker" -t "$wanted" -o "$dir/out" >"$dir/said" 2>&1 ||
		fail "the suite did not run: $(tail -n 15 "$dir/said")"
	# What is left out runs too where it is a part of a test that is not.
	awk 'NR == FNR { left[$1] = 1; next } !($2 in left)' "$dir/left" "$dir/out" >"$dir/got"
	"$suites/compare" "$dir/expected" "$dir/got" >"$dir/worse" || fail "worse than Apache Kafka: $(cat "$dir/worse")"
	pass "$suite: $(awk '{ n[$1]++ } END { printf "%d passed, %d failed, %d skipped", n["PASS"], n["FAIL"], n["SKIP"] }' "$dir/got"), none worse than Apache Kafka; $(wc -l <"$dir/left") left out, $((SECONDS - began)) s"
	finish
}

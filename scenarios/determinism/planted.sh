#!/usr/bin/env bash
# What the hashes and the journal must not miss: a planted map walk turns a double run of the
# simulator red, a planted time.Now turns the replay of a recorded run red, a flipped byte in a
# journal is named by its step, and the tree as it is turns nothing red. The bugs are planted by
# -overlay; the tree stays as it is.
#
#   scenarios/determinism/planted.sh       needs bin/momus
set -euo pipefail
cd "$(dirname "$0")/../.."

out=out/determinism/planted
rm -rf "$out"
mkdir -p "$out"
out=$PWD/$out
. scenarios/broker.sh
trap broker_cleanup EXIT

# plant NAME FILE SED-SCRIPT builds $out/momus-NAME with FILE edited. A script that changes nothing
# fails: the bug would not be planted.
plant() {
	local name=$1 file=$2 script=$3
	sed -E "$script" "$file" >"$out/$name.go"
	if cmp -s "$file" "$out/$name.go"; then
		echo "planted: $file no longer has the text that $name edits" >&2
		exit 1
	fi
	printf '{"Replace":{"%s":"%s"}}\n' "$PWD/$file" "$out/$name.go" >"$out/$name.json"
	CGO_ENABLED=0 go build -overlay "$out/$name.json" -o "$out/momus-$name" ./cmd/momus
}

# twice BINARY runs the same seeds in two processes; its status says whether they were alike.
twice() {
	local run
	for run in 1 2; do
		"$1" sim --seeds 1..20 >"$out/run.all"
		sed -nE '/^seed=/ { s/ real=[^ ]*//; p }' "$out/run.all" >"$out/run.$run"
	done
	[ -s "$out/run.1" ]
	cmp -s "$out/run.1" "$out/run.2"
}

# recorded BINARY records a broker's life; its status and $out/replay.txt say what the replay found.
recorded() {
	rm -rf "$out/data" "$out/journal"
	momus=$1
	: >"$out/broker.log"
	broker_start "$out/data" "$(free_port)" "$out/broker.log" --record "$out/journal" || fail "no broker"
	until grep -q 'msg=ready' "$out/broker.log"; do
		[ "$SECONDS" -lt 120 ] || fail "the broker was not ready within two minutes"
		sleep 0.02
	done
	broker_stop || fail "no clean stop"
	"$momus" replay "$out/journal" >"$out/replay.txt" 2>&1
}

# flip FILE inverts the last byte of a file.
flip() {
	local size byte
	size=$(stat -c %s "$1")
	byte=$(tail -c 1 "$1" | od -An -tu1)
	printf "\\x$(printf %x $((255 - byte)))" | dd of="$1" bs=1 seek=$((size - 1)) conv=notrunc status=none
}

fail() {
	echo "planted: $1" >&2
	exit 1
}

twice bin/momus || fail "the tree as it is differs from itself"
recorded "$PWD/bin/momus" || fail "the replay of the tree as it is: $(cat "$out/replay.txt")"

flip "$out/journal/00000001.journal"
if bin/momus replay "$out/journal" >"$out/replay.txt" 2>&1; then fail "a flipped byte went unseen in a replay"; fi
grep -oE 'step [0-9]+: the record is damaged' "$out/replay.txt" | sed 's/^/planted: a flipped byte is named: /' ||
	fail "a flipped byte was named otherwise: $(cat "$out/replay.txt")"

plant mapwalk core/boot.go '/slices\.SortFunc\(list, kafka\.TopicPartition\.Compare\)/d'
if twice "$out/momus-mapwalk"; then fail "an unsorted walk over a map went unseen in a double run"; fi
echo "planted: an unsorted walk over a map turns the double run red"

plant timenow core/raft/append.go '
	s/^import \(/import (\n\t"time"/
	s/dataBatch\(base, m\.epoch, now\.Wall, /dataBatch(base, m.epoch, kafka.Wall(time.Now().UnixNano()), /'
if recorded "$out/momus-timenow"; then fail "a time.Now went unseen in a replay"; fi
grep -q 'the entries differ from those recorded' "$out/replay.txt" || fail "the replay failed otherwise: $(cat "$out/replay.txt")"
grep -oE 'step [0-9]+: the entries differ[a-z ]*' "$out/replay.txt" | sed 's/^/planted: a time.Now turns the replay red: /'

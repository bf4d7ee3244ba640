# Turns what dump-log prints of the logs and producer snapshots of a directory, named by -v data=, into the
# words of `compat opened`. What the producers are at the end follows from the batches; the epochs stand in
# leader-epoch-checkpoint. A log's files come one after another, its segments first.
function finish(   id, line, field, n) {
	if (part == "") return
	settle()
	printf "%send\n", states
	for (id = 0; id <= most; id++) if (id in epoch)
		print "producerId: " id " producerEpoch: " epoch[id] " currentTxnFirstOffset: " \
			((id in first) ? "OptionalLong[" first[id] "]" : "OptionalLong.empty") " lastTimestamp: " time[id] last[id]
	while ((getline line < (data "/" part "/leader-epoch-checkpoint")) > 0)
		if (++n > 2) { split(line, field, " "); print "epoch " field[1] " from " field[2] }
	close(data "/" part "/leader-epoch-checkpoint")
	split("", epoch); split("", first); split("", time); split("", last)
	states = ""
	most = -1
}
# settle ends a snapshot. Kafka keeps the producers of one in no order.
function settle(   id) {
	for (id = 0; id <= greatest; id++) if (id in entry) states = states entry[id]
	split("", entry)
	greatest = -1
}
/^Dumping / {
	settle()
	n = split($2, path, "/")
	if (path[n - 1] != part) { finish(); part = path[n - 1]; print "log " part }
	if (path[n] ~ /\.snapshot$/) states = states "snapshot " (path[n] + 0) "\n"
}
/^baseOffset: / {
	sub(/ deleteHorizonMs: [^ ]* position: [0-9]+/, "")
	sub(/ isvalid: true$/, "")
	print
	id = $12 + 0
	if (id < 0) next
	if (id > most) most = id
	if (epoch[id] != $14) delete last[id]
	epoch[id] = $14
	time[id] = $22
	if ($20 == "true") { delete first[id]; next }
	last[id] = " firstSequence: " $8 " lastSequence: " $10 " lastOffset: " $4 " offsetDelta: " $4 - $2
	if ($18 == "true" && !(id in first)) first[id] = $2
}
/^[|] offset: / {
	if (part ~ /^__/) sub(/ (key|payload): .*/, "") # they are no text
	print
}
/^producerId: / {
	sub(/ coordinatorEpoch: -?[0-9]+/, "")
	sub(/ timestamp: -?[0-9]+$/, "") # the file has but one time for producer and batch
	entry[$2 + 0] = $0 "\n"
	if ($2 > greatest) greatest = $2 + 0
}
END { finish() }

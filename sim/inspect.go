package sim

import (
	"bytes"
	"slices"
	"strconv"

	"momus/checker"
	"momus/cluster/metrics"
	"momus/core"
	"momus/core/kafka"
)

// inspectOneIn is how seldom a new connection comes with somebody who asks for metrics.
const inspectOneIn = 8

// inspect asks the core for a report now and then.
func (n *node) inspect() {
	if n.stream("inspect").OneIn(inspectOneIn) {
		n.post(&core.Inspect{ID: int64(n.life)})
	}
}

// inspected looks whether what a node tells over HTTP can be: offsets in their order, readiness as the
// connections see it, a page of lines that whoever collects metrics understands.
func (n *node) inspected(r *core.Report) {
	p := n.process
	n.bites.Inspections++
	wrong := func(text string) { n.w.violated(Correctness, "report", n.name+text) }
	if r.ID != int64(n.life) {
		wrong("a report to life " + strconv.FormatInt(r.ID, 10))
	}
	for i := range r.Logs {
		l := &r.Logs[i]
		if l.Start < 0 || l.High < l.Start || l.End < l.High || l.Bytes < 0 || l.Bytes == 0 && l.High > l.Start && !n.lostWhole(l.Topic, l.Partition) {
			wrong("it tells of " + l.Topic + "-" + strconv.Itoa(int(l.Partition)) + " start " + strconv.FormatInt(int64(l.Start), 10) +
				", high watermark " + strconv.FormatInt(int64(l.High), 10) + ", end " + strconv.FormatInt(int64(l.End), 10) +
				", bytes " + strconv.FormatInt(l.Bytes, 10))
		}
	}
	for i := range r.Lags {
		l := &r.Lags[i]
		if i > 0 && r.Lags[i-1].Compare(*l) >= 0 || l.Records < 0 || l.Age < -1 || l.Records == 0 && l.Age != 0 || l.Records > held(r, l) {
			wrong("it tells of " + l.Topic + "-" + strconv.Itoa(int(l.Partition)) + " that " + l.Group + " lags " + strconv.FormatInt(l.Records, 10) +
				" records, " + strconv.FormatInt(int64(l.Age), 10) + " ns")
		}
	}
	mem := metrics.Memory{OpenFiles: p.storage.Files.Open(), OpenFilesMax: n.limits.OpenFiles, BufferBytesMax: p.pool.budget}
	if ready := metrics.Answer("/readyz", "verbose", &p.meter, r, mem); ready.Status == 200 && (!p.published.Ready || p.asked && r.Stopping) {
		wrong("it says that it is ready, and takes no connections")
	}
	if n.bites.Inspections%4 == 1 { // it takes as long as fifty Steps
		checkPage(metrics.Answer("/metrics", "", &p.meter, r, mem).Body, wrong)
	}
}

// checkPage demands that every line of a page of metrics is a name with labels, and a number.
func checkPage(page []byte, wrong func(text string)) {
	for line := range bytes.Lines(page) {
		if bytes.HasPrefix(line, []byte("# ")) {
			continue
		}
		name, value, found := bytes.Cut(bytes.TrimSuffix(line, []byte("\n")), []byte(" "))
		for bytes.Count(name, []byte(`"`))%2 == 1 { // a space in a label's value
			more, rest, _ := bytes.Cut(value, []byte(" "))
			name, value = append(append(append([]byte(nil), name...), ' '), more...), rest
		}
		if _, err := strconv.ParseFloat(string(value), 64); !found || err != nil || !bytes.HasPrefix(name, []byte("momus_")) {
			wrong("a line of its metrics is " + string(line))
		}
	}
}

// lostWhole tells whether a power loss took batches of a compacted log without a trace. Those before them may have been
// compacted away, so that nothing is left between the start and the end that a checkpoint names (seed 17745).
func (n *node) lostWhole(topic string, partition kafka.PartitionID) bool {
	log := n.logs[topic+"-"+strconv.Itoa(int(partition))]
	return slices.ContainsFunc(n.guests.population.History().Damages, func(d checker.Damage) bool { return d.Gone && d.Log == log })
}

// held is how many offsets the log has of which a lag is told.
func held(r *core.Report, l *core.LagReport) int64 {
	for i := range r.Logs {
		if log := &r.Logs[i]; log.Topic == l.Topic && log.Partition == l.Partition {
			return int64(log.High - log.Start)
		}
	}
	return 0
}

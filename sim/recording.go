package sim

import (
	"momus/checker"
	"momus/core/kafka"
)

// Recording keeps how a run went on over virtual time, for a page that shows it. It is of the first node.
type Recording struct {
	// Times are the virtual times of the history's events, of event e at e-1.
	Times []int64
	Lives []Life
	// Faults are what struck, by the names that the report counts them under.
	Faults []Happening
	// Phases are when those of the run began.
	Phases []Happening
	// Offsets are those of partition logs, each time that one changed.
	Offsets []OffsetsAt
	// Topics names the ids that there were.
	Topics map[kafka.TopicID]string
	// Clients are the kinds of the clients by their number, Plan the line that tells of all.
	Clients []string
	Plan    string
	History *checker.History
	Report  *Report

	counts []Count // when it was last looked
	last   map[kafka.TopicPartition]OffsetsAt
	phase  worldPhase
	life   int32
}

// Life is a process from its start to its end; Ready is when it began to serve, 0 if it never did. End is 0 for the
// one that outlived the run.
type Life struct{ Begin, Ready, End int64 }

// Happening is something by its name at some time.
type Happening struct {
	At   int64
	Name string
	// N is how often it happened then.
	N uint64
}

// OffsetsAt are the offsets of a log at some time.
type OffsetsAt struct {
	At                        int64
	Log                       kafka.TopicPartition
	Start, High, Flushed, End kafka.Offset
}

// Time is the virtual time of an event; of one that never came it is the last one's.
func (r *Recording) Time(e checker.Event) int64 {
	if e < 1 || int(e) > len(r.Times) {
		return r.Report.Nanos
	}
	return r.Times[e-1]
}

// record takes in what the event that was just handled has changed.
func (n *node) record(r *Recording) {
	now := n.w.now
	if r.counts == nil {
		r.last, r.Topics = map[kafka.TopicPartition]OffsetsAt{}, map[kafka.TopicID]string{}
		r.Phases = append(r.Phases, Happening{At: now, Name: phaseNames[n.phase]})
	}
	if r.phase != n.phase {
		r.phase = n.phase
		r.Phases = append(r.Phases, Happening{At: now, Name: phaseNames[n.phase]})
	}
	n.recordLife(r)
	var counted Report
	counted.add(n.disk.Bites(), n.net.Bites())
	counted.Process.add(n.bites)
	counted.DiskDowns, counted.ClockJumps = n.diskDowns, n.jumps
	counts := counted.Counts()
	for i := range counts {
		if r.counts != nil && counts[i].N > r.counts[i].N {
			r.Faults = append(r.Faults, Happening{At: now, Name: counts[i].Name, N: counts[i].N - r.counts[i].N})
		}
	}
	r.counts = counts
	if p := n.process; p != nil && p.stepper.Steps() > 0 {
		n.recordOffsets(r)
	}
}

func (n *node) recordLife(r *Recording) {
	last := len(r.Lives) - 1
	if last >= 0 && r.Lives[last].End == 0 && (n.process == nil || r.life != n.life) {
		r.Lives[last].End = n.w.now
	}
	if n.process == nil {
		return
	}
	if r.life != n.life {
		r.life = n.life
		r.Lives = append(r.Lives, Life{Begin: n.process.bornAt})
		last++
	}
	if r.Lives[last].Ready == 0 && n.process.published.Ready {
		r.Lives[last].Ready = n.w.now
	}
}

func (n *node) recordOffsets(r *Recording) {
	n.process.stepper.Node.Ends(func(topic string, log kafka.TopicPartition, start, high, end kafka.Offset) {
		at := OffsetsAt{Log: log, Start: start, High: high, Flushed: n.guests.flushed[log], End: end}
		if before, known := r.last[log]; known && before == at {
			return
		}
		r.Topics[log.Topic] = topic
		r.last[log] = at
		at.At = n.w.now
		r.Offsets = append(r.Offsets, at)
	})
}

// finishRecording takes what is known at the end.
func (n *node) finishRecording(r *Recording) {
	p := n.guests.population
	r.History, r.Report, r.Plan = p.History(), &n.w.report, p.String()
	for i := range p.Clients() {
		r.Clients = append(r.Clients, p.Kind(i))
	}
}

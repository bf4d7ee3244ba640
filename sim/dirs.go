package sim

import (
	"slices"
	"strconv"
	"strings"

	"momus/checker"
	"momus/core"
	"momus/core/kafka"
	"momus/sim/simdisk"
)

// allDirs are the log directories that a node may have, each a disk of its own; the metadata log is in
// the first.
var allDirs = [...]string{"/data", "/data1", "/data2"}

// What may become of a directory beside the first.
const (
	// dirBreaks: every call fails, for as long as the process runs or longer.
	dirBreaks = iota
	// dirAway: at the next start it is not there, at a later one it is again.
	dirAway
	// dirWiped: at the next start it is empty.
	dirWiped
	dirFates
)

// mounted is how one log directory of a node stands.
type mounted struct {
	path string
	// broken is at which start from now on it works again, 0 if it does.
	broken uint64
	// fate is what becomes of it at the next start: dirAway, dirWiped, or 0.
	fate int64
	// away is what is not there, awayLogs the logs on it, awayCopies those of which it has copies, and back at
	// which start from now on it is.
	away                 *simdisk.Drive
	awayLogs, awayCopies []kafka.TopicPartition
	back                 uint64
	// offline says that the present process found it broken, and is without it.
	offline bool
	// vouchedWithout is how often the others had begun to vouch when it went; unvouched says that they did while it
	// was away, or offline, and it has not with them since: a start takes the stop for lossy in it (seeds 2903, 74967).
	vouchedWithout uint64
	unvouched      bool
}

// isThere tells whether the present process has it.
func (m *mounted) isThere() bool { return m.away == nil && !m.offline }

// foundDirs notes which directories a process found broken, and which are whole again.
func (n *node) foundDirs(offline []string) {
	for i := range n.dirs {
		m := &n.dirs[i]
		switch found := slices.Contains(offline, m.path); {
		case found && m.isThere():
			m.offline, m.vouchedWithout = true, n.guests.vouches
		case !found && m.offline && m.away == nil:
			m.offline = false
			n.returned(m)
		}
	}
}

// planDirs draws what becomes of the directories. The first may break, and then the process ends; without
// it a node has no identity, so it is not taken away. A process that lives on is ended a while later.
func (n *node) planDirs(until int64) {
	s := n.stream("plan/dirfaults")
	if len(n.dirs) < 2 || !s.OneIn(2) {
		return
	}
	for i := range 1 + s.Draw(8) {
		at := s.Between(int64(200*kafka.Millisecond), until)
		fate := [...]int64{dirBreaks, dirAway, dirWiped, dirAway, dirWiped}[s.Draw(5)]
		which := int64(1 + s.Draw(uint64(len(n.dirs)-1)))
		if fate == dirBreaks && s.Draw(3) == 2 {
			which = 0
		}
		n.planned("dir", int(i), event{at: at, kind: kindDir, index: which*dirFates + fate})
	}
}

// dirEvent begins what was planned for a directory.
func (n *node) dirEvent(index int64) {
	m, fate := &n.dirs[index/dirFates], index%dirFates
	if n.phase != phaseFaults || m.broken > 0 || m.fate != 0 || m.away != nil {
		return
	}
	s := n.stream("dirs")
	if fate == dirBreaks {
		n.disk.Break(m.path)
		m.broken = 1 + s.Draw(2)
	} else {
		m.fate = fate
	}
	end := event{at: n.w.now + s.Between(0, int64(kafka.Second)), node: n.index, kind: kindStop}
	if s.Draw(2) == 0 {
		end.kind, end.index = kindCrash, crashKill
	}
	n.w.queue.push(end)
}

// changeDirs does what becomes of the directories while the node is down.
func (n *node) changeDirs() {
	for i := range n.dirs {
		m := &n.dirs[i]
		if m.broken > 0 {
			if m.broken--; m.broken == 0 {
				n.disk.Mend(m.path)
			}
		}
		if m.away != nil {
			if m.back--; m.back == 0 {
				n.lose(m) // what was made in its place meanwhile
				n.disk.Attach(m.path, m.away)
				m.away, m.awayLogs, m.awayCopies = nil, nil, nil
				n.returned(m)
			}
		}
		switch m.fate {
		case dirAway:
			m.awayLogs, m.awayCopies = n.logsIn(m.path), n.copiesIn(m.path)
			if m.away = n.disk.Detach(m.path); m.away != nil {
				m.back = 1 + n.stream("dirs").Draw(2)
				m.vouchedWithout = n.guests.vouches
				n.bites.DirsAway++
			}
		case dirWiped:
			n.lose(m)
		}
		m.fate = 0
	}
}

// dirFailed tells the judge of a directory that the process is without from now on.
func (n *node) dirFailed(note *core.Note) {
	h := n.guests.population.History()
	h.DirFailures = append(h.DirFailures, checker.DirFailure{Event: checker.Event((*guestEnv)(n).Event()), Path: note.Text})
}

// returned tells the judge of a directory that is back, if the others vouched without it meanwhile.
func (n *node) returned(m *mounted) {
	m.unvouched = m.unvouched || n.guests.vouches > m.vouchedWithout
	if !m.unvouched {
		return
	}
	h := n.guests.population.History()
	h.DirReturns = append(h.DirReturns, checker.DirReturn{
		Event: checker.Event((*guestEnv)(n).Event()), Logs: n.logsIn(m.path),
	})
}

// isUnvouched tells of the directory at a path that the next start takes the stop for lossy in it, or this one did.
func (n *node) isUnvouched(path string) bool {
	return slices.ContainsFunc(n.dirs, func(m mounted) bool { return m.path == path && m.unvouched && m.isThere() })
}

// lose takes away for good what a directory holds, and tells the judge.
func (n *node) lose(m *mounted) {
	half := n.halfMoved(m.path)
	whole := func(logs []kafka.TopicPartition) []kafka.TopicPartition {
		return slices.DeleteFunc(slices.Clone(logs), func(log kafka.TopicPartition) bool { return half[log] })
	}
	lost := whole(n.logsIn(m.path))
	if n.disk.Detach(m.path) == nil {
		return
	}
	n.bites.DirsWiped++
	d := checker.DirLoss{Event: checker.Event((*guestEnv)(n).Event()), Lost: lost}
	for i := range n.dirs {
		if o := &n.dirs[i]; o != m {
			d.Kept = append(append(d.Kept, n.logsIn(o.path)...), o.awayLogs...)
		}
	}
	d.Kept = whole(append(d.Kept, m.awayLogs...))
	if trace := n.w.options.Trace; trace != nil {
		trace(n.name + "lost " + m.path + " t=" + strconv.FormatInt(n.w.now, 10) + " with " + strconv.Itoa(len(lost)) + " logs")
	}
	h := n.guests.population.History()
	h.DirLosses = append(h.DirLosses, d)
}

// logsIn lists the logs of partitions that a directory holds, as the world sees for itself.
func (n *node) logsIn(path string) []kafka.TopicPartition {
	var logs []kafka.TopicPartition
	for _, at := range n.placesIn(path) {
		logs = append(logs, at.log)
	}
	return logs
}

// foundAt is a log with the path where it lies.
type foundAt struct {
	path string
	log  kafka.TopicPartition
}

func (n *node) placesIn(path string) []foundAt {
	entries, err := n.disk.Look(path)
	if err != nil {
		return nil // it is not there
	}
	var logs []foundAt
	for _, e := range entries {
		cut := strings.LastIndexByte(e.Name, '-')
		if cut < 0 || !e.Dir {
			continue
		}
		partition, err := strconv.ParseInt(e.Name[cut+1:], 10, 32)
		if err != nil {
			continue
		}
		_, text, _ := strings.Cut(string(n.disk.Peek(path+"/"+e.Name+"/partition.metadata")), "topic_id: ")
		if id, ok := kafka.ParseUUID(strings.TrimSpace(text)); ok {
			logs = append(logs, foundAt{path + "/" + e.Name, kafka.TopicPartition{Topic: id, Partition: kafka.PartitionID(partition)}})
		}
	}
	return logs
}

// findLogs tells the judge what lies in the directories.
func (n *node) findLogs() {
	h := n.guests.population.History()
	for i := range n.dirs {
		for _, at := range n.placesIn(n.dirs[i].path) {
			f := checker.LogFound{Event: checker.Event((*guestEnv)(n).Event()), Path: n.dirs[i].path, Log: at.log}
			entries, err := n.disk.Look(at.path)
			if err != nil {
				continue // it was deleted
			}
			for _, e := range entries {
				if strings.HasSuffix(e.Name, ".log") {
					f.Bytes += e.Size
				}
			}
			h.LogsFound = append(h.LogsFound, f)
		}
	}
}

// mendDirs has every directory there and well at the next start.
func (n *node) mendDirs() {
	for i := range n.dirs {
		m := &n.dirs[i]
		m.broken, m.back, m.fate = min(m.broken, 1), min(m.back, 1), 0
	}
}

// impaired tells that the process goes on without one of its directories: then nothing but another
// start brings that back.
func (n *node) impaired() bool {
	p := n.process
	if p == nil {
		return false
	}
	for i := range n.dirs {
		if n.dirs[i].broken > 0 || n.dirs[i].away != nil {
			return true
		}
	}
	return p.dirDown
}

// revive starts an impaired process again.
func (n *node) revive() {
	if n.impaired() {
		n.crash(false)
		n.boot()
	}
}

// checkEnd demands that a process which ended by itself had reason to: its metadata directory failed.
// The loss of any other is to be lived with.
func (n *node) checkEnd(p *process) {
	if n.metadataTroubles() == p.troubles {
		n.w.violated(Correctness, "directories", n.name+"ended, though no call on its metadata directory had failed: "+n.exit.Reason)
	}
}

func (n *node) metadataTroubles() uint64 {
	return n.disk.Troubles(n.dirs[0].path) + n.disk.Troubles("/")
}

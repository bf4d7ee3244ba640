package sim

import (
	"strings"

	"momus/checker"
	"momus/core/kafka"
	"momus/sim/simdisk"
)

// planStrays draws how often a read is given the bytes of another place: in most seeds never.
func (n *node) planStrays() uint64 {
	n.disk.StrayWhere(n.strays)
	s := n.stream("plan/strays")
	if !s.OneIn(4) {
		return 0
	}
	return [...]uint64{60, 30, 120, 300}[s.Draw(4)]
}

// strays tells whether a read that went astray can be told from a right one, and then tells the judge. Of a
// log that is so if every batch that is hurt looks hurt: whoever is sent a part of the file, and not the
// broker, is the first to look at it (the checksum says nothing of the place).
func (n *node) strays(s simdisk.Stray) bool {
	dir, isSegment := segmentOf(s.Path)
	if !isSegment {
		return true
	}
	end := s.From + int64(len(s.Got))
	var hurt []lying
	known := int64(0)
	for _, b := range batchesOf(s.Data) {
		known = b.at + b.size
		if known <= s.From || b.at >= end {
			continue
		}
		// What is read there may be a batch of another size (seed 4048).
		is := append([]byte(nil), s.Data[b.at:]...)
		from := max(s.From, b.at)
		copy(is[from-b.at:], s.Got[from-s.From:])
		if string(is[:b.size]) == string(s.Data[b.at:known]) {
			continue
		}
		if looksSound(is) {
			return false
		}
		hurt = append(hurt, b)
	}
	if known < end {
		return false // there are bytes that were damaged before
	}
	for _, b := range hurt {
		n.misread(dir, b.from, b.end)
	}
	return true
}

// segmentOf tells a segment of a log that readers may meet, by the name under which it was opened, and in which log's
// directory it is. What was compacted, or copied to another directory, was opened before it got the log's own name,
// and is read from the same file thereafter. What was replaced or deleted is there for those who have a part of it
// to send (seed 21799).
func segmentOf(path string) (dir string, isSegment bool) {
	_, dir, file := partOf(path)
	for _, ending := range [...]string{"-future", "-delete"} {
		if name, has := strings.CutSuffix(dir, ending); has {
			dir = name[:max(strings.LastIndexByte(name, '.'), 0)]
		}
	}
	return dir, strings.HasSuffix(strings.TrimSuffix(strings.TrimSuffix(file, ".swap"), ".deleted"), ".log")
}

// misread tells the judge that somebody was given a batch wrongly that lies on the disk as it was written.
func (n *node) misread(dir string, from, end kafka.Offset) {
	log, known := n.logs[dir]
	if !known {
		return // the metadata log: no client reads it
	}
	h := n.guests.population.History()
	h.Misreads = append(h.Misreads, checker.Misread{
		Event: checker.Event((*guestEnv)(n).Event()), Log: log, From: from, End: end,
	})
}

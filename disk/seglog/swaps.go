package seglog

import (
	"errors"
	"slices"
	"strconv"
	"strings"

	"momus/core/kafka"
	"momus/core/record"
	"momus/disk"
)

// swaps ends a replacement that a crash cut off, of this program or of Kafka's cleaner (see replacer), by Kafka's
// rule: files named .swap count once none of their segment, or one before it, is named .cleaned. Then the segments
// whose place they take go, as far as the new ones reach, and they get the names that those had. What is named .swap
// is read as a whole before anything goes: a disk that lost what it was asked to sync has the old segments still.
type swaps struct {
	// names are the files, logs the bases of their segments, of which those before at have been looked at; in this
	// range of offsets segments go.
	names      []string
	logs       []kafka.Offset
	at         int
	first, end kafka.Offset
	walk       walker
	look       secondLook
	// doomed are the files that go, renames those to be renamed, the logs last; before that those to be restored get
	// back the names that they had.
	decided                   bool
	restores, doomed, renames []string
	restored, synced          bool
}

// baseOf splits the name of a segment's file into its base and what follows.
func baseOf(name string) (base kafka.Offset, suffix string, ok bool) {
	digits, suffix, found := strings.Cut(name, ".")
	n, err := strconv.ParseInt(digits, 10, 64)
	return kafka.Offset(n), "." + suffix, found && err == nil && len(digits) == 20
}

// findSwaps collects the names of a replacement that counts; those of another are leftovers.
func (o *opener) findSwaps() bool {
	least := kafka.Offset(-1)
	for _, name := range o.names {
		if base, _, ok := baseOf(name); ok && strings.HasSuffix(name, cleanedSuffix) && (least < 0 || base < least) {
			least = base
		}
	}
	s := &swaps{first: kafka.NoOffset}
	for _, name := range o.names {
		base, suffix, ok := baseOf(name)
		switch {
		case !strings.HasSuffix(name, swapSuffix):
		case !ok || least >= 0 && base >= least:
			o.leftovers = append(o.leftovers, name)
		default:
			s.names = append(s.names, name)
			if suffix == ".log"+swapSuffix {
				s.logs = append(s.logs, base)
			}
		}
	}
	o.swaps = s
	return len(s.names) > 0
}

// swapOn does one piece of it; at the end the directory is listed anew.
func (o *opener) swapOn() error {
	s, fs, m := o.swaps, o.l.w.fs, &o.l.w.meter
	switch {
	case s.at < len(s.logs):
		return o.lookAtSwap()
	case !s.decided:
		s.decided = true
		o.decideSwaps()
		return nil
	case len(s.restores) > 0:
		name := s.restores[0]
		s.restores = s.restores[1:]
		m.call(0)
		return fs.Rename(o.l.dir+"/"+name, o.l.dir+"/"+strings.TrimSuffix(name, deletedSuffix))
	case !s.restored:
		s.restored = true
		m.call(0)
		return fs.SyncDir(o.l.dir)
	case len(s.doomed) > 0:
		m.call(0)
		err := fs.Remove(o.l.dir + "/" + s.doomed[0])
		s.doomed = s.doomed[1:]
		if errors.Is(err, disk.ErrNotExist) {
			err = nil
		}
		return err
	case !s.synced:
		s.synced = true
		m.call(0)
		return fs.SyncDir(o.l.dir)
	case len(s.renames) > 0:
		name := s.renames[0]
		s.renames = s.renames[1:]
		m.call(0)
		return fs.Rename(o.l.dir+"/"+name, o.l.dir+"/"+strings.TrimSuffix(name, swapSuffix))
	}
	m.call(0)
	if err := fs.SyncDir(o.l.dir); err != nil {
		return err
	}
	o.names, o.sizes, o.bases, o.snapshots, o.leftovers, o.swaps = nil, nil, nil, nil, nil, nil
	o.l.snapshots = nil
	o.stage = listing
	return nil
}

// lookAtSwap reads on in a new segment. One that is damaged does not count while there is what it came of.
func (o *opener) lookAtSwap() error {
	s, w := o.swaps, o.l.w
	base := s.logs[s.at]
	name := segmentName(base) + ".log" + swapSuffix
	if s.walk.file == nil {
		w.meter.call(0)
		file, err := w.fs.Open(o.l.dir + "/" + name)
		if err != nil {
			return err
		}
		s.walk = walker{file: file, size: o.size(name), expected: base, until: 1<<63 - 1}
		s.look = secondLook{}
		if s.first == kafka.NoOffset {
			s.first = base
		}
		s.end = max(s.end, base+1)
		return nil
	}
	came, err := s.walk.step(&w.meter, w.readBuffer(s.walk.rest()), func(h *record.Header, _ int64) {
		s.look = secondLook{}
		s.end = max(s.end, h.End())
	})
	switch {
	case err != nil && !errors.Is(err, errCorrupt):
		return err
	case came == atBad && s.look.wanted(s.walk.evidence):
		s.walk.left = 0
		return nil
	case came == atBad && o.takeBack():
	case came == onward:
		return nil
	default:
		s.at++
	}
	closeIdle(s.walk.file)
	s.walk.file = nil
	w.meter.call(0)
	return nil
}

// takeBack undoes a replacement by what turned out to be damaged, if what it came of is all there: the old segments get
// their names back, and those that take their place go. It tells whether that can be done.
//
//  1. Segments 0, 5 and 10 become one, which is synced, as the disk says; 5 and 10 are renamed to be deleted.
//  2. Power is lost. The new segment is not what was written, and of the names those of 5 and 10 are durable.
//  3. Were they left for deleted, 0 to 4 would stand alone, as if compaction had taken what lay behind (seed 21514).
//
// What an earlier replacement left to be deleted comes back too, and overlaps what took its place: such a log is refused.
func (o *opener) takeBack() bool {
	s := o.swaps
	active := slices.Max(append(o.bases, s.first))
	there := o.size(segmentName(s.first)+".log") >= 0
	var back []string
	for _, name := range o.names {
		old, deleted := strings.CutSuffix(name, deletedSuffix)
		base, suffix, ok := baseOf(old)
		if !deleted || !ok || base < s.first || base > active || !slices.Contains(segmentSuffixes[:], suffix) || o.size(old) >= 0 {
			continue
		}
		there = there || base == s.first && suffix == ".log"
		back = append(back, name)
	}
	if !there {
		return false
	}
	s.restores, s.doomed, s.decided, s.at = logsLast(back), logsLast(s.names), true, len(s.logs)
	return true
}

// logsLast orders files so that those of the logs come last: an index without its log is tidied away.
func logsLast(names []string) []string {
	names = slices.Clone(names)
	slices.SortStableFunc(names, func(a, b string) int {
		isLog := func(name string) int { return strings.Count(name, ".log.") }
		return isLog(a) - isLog(b)
	})
	return names
}

// decideSwaps says which files go and which are renamed.
func (o *opener) decideSwaps() {
	s := o.swaps
	for _, name := range o.names {
		base, suffix, ok := baseOf(name)
		if !ok || base < s.first || base >= s.end || len(s.logs) == 0 {
			continue
		}
		// What stands without a log and without a successor is the successor already.
		isNew := suffix != ".log" && slices.Contains(s.logs, base) && !slices.Contains(s.names, name+swapSuffix)
		if slices.Contains(segmentSuffixes[:], suffix) && !isNew {
			s.doomed = append(s.doomed, name)
		}
	}
	s.renames = logsLast(s.names)
}

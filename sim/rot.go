package sim

import (
	"slices"
	"strconv"
	"strings"

	"momus/checker"
	"momus/core/kafka"
	"momus/core/port"
	"momus/core/record"
	"momus/sim/simdisk"
)

// The ways to damage what is at rest, as kindRot events carry them.
const (
	rotBit = iota
	rotSector
)

// planRot draws when bytes of partition logs are damaged. Most seeds have none of it: what is
// damaged is offline from the next restart on, and nothing more is learned of it. The metadata log
// is spared, since there is one replica of it here: a node without it can do nothing but stop.
func (n *node) planRot(until int64) {
	s := n.stream("plan/rot")
	if !s.OneIn(3) {
		return
	}
	for i := range 1 + s.Draw(14) {
		at := s.Between(int64(500*kafka.Millisecond), until)
		how := [...]int64{rotBit, rotSector, rotSector, rotSector, rotSector}[s.Draw(5)]
		n.planned("rot", int(i), event{at: at, kind: kindRot, index: how})
	}
}

// placed notes where a log is opened.
func (n *node) placed(log kafka.TopicPartition, open *port.OpenSpec) {
	if log == kafka.MetadataLog {
		return
	}
	n.logs[open.Topic+"-"+strconv.Itoa(int(log.Partition))] = log
	n.homes[log] = n.pathOf(open.Dir)
}

// partOf splits the path of a file into its log directory, the partition's directory in it, and the rest.
func partOf(path string) (dir, partition, file string) {
	dir, rest, _ := strings.Cut(strings.TrimPrefix(path, "/"), "/")
	partition, file, _ = strings.Cut(rest, "/")
	return "/" + dir, partition, file
}

// isLog tells the segments of the partitions' logs.
func (n *node) isLog(path string) bool {
	dir, partition, file := partOf(path)
	log, known := n.logs[partition]
	return known && n.homes[log] == dir && strings.HasSuffix(file, ".log")
}

// rot damages something at rest, if there is anything.
func (n *node) rot(how int64) {
	if n.phase != phaseFaults {
		return
	}
	s := n.stream("rot/" + strconv.FormatInt(how, 10))
	files := n.disk.AtRest(n.isLog)
	if how == rotSector { // there is to be another place in the file
		files = slices.DeleteFunc(files, func(f simdisk.Rest) bool { return len(f.Data) < 3*simdisk.SectorSize })
	}
	if len(files) == 0 {
		return
	}
	file := files[s.Draw(uint64(len(files)))]
	_, dir, _ := partOf(file.Path)
	checkpoint := n.checkpoint(dir)
	sound := batchesOf(file.Data)
	batches := vulnerable(sound, checkpoint)
	if len(batches) == 0 {
		return
	}
	hit := batches[s.Draw(uint64(len(batches)))]
	if how == rotBit {
		n.damaged(dir, hit.from, hit.end, checkpoint)
		n.disk.Rot(file.Path, hit.at+summedFrom+int64(s.Draw(uint64(hit.size-summedFrom))), s.Draw(8))
		return
	}
	// Behind a batch that is damaged already nobody can say what else would be: DeleteRecords may have the
	// log begin there.
	file.Data = file.Data[:sound[len(sound)-1].at+sound[len(sound)-1].size]
	n.misplace(s, file, hit, batches, dir, checkpoint)
}

// placesTried is how many places a sector may go astray to before it is given up: most of them won't do.
const placesTried = 4

// misplace lets a sector of a file have gone astray, so that it damages two places: where a batch
// begins there must be none afterwards that looks sound, since no reader could tell then (the checksum
// says nothing of the place).
func (n *node) misplace(s *Stream, file simdisk.Rest, hit lying, batches []lying, dir string, checkpoint kafka.Offset) {
	sectors := int64(len(file.Data)) / simdisk.SectorSize
	from := hit.at / simdisk.SectorSize * simdisk.SectorSize
	if sectors < 3 || from+simdisk.SectorSize > int64(len(file.Data)) {
		return
	}
	for range placesTried {
		to := int64(s.Draw(uint64(sectors))) * simdisk.SectorSize
		hurt := strays(file.Data, from, to, batches)
		if len(hurt) == 0 {
			continue
		}
		for _, b := range hurt {
			n.damaged(dir, b.from, b.end, checkpoint)
		}
		n.disk.Misplace(file.Path, from, to)
		return
	}
}

// strays lists the batches that are hurt if the sector at from went to another place; none if a reader could not
// tell, or if others are hurt than may be.
func strays(data []byte, from, to int64, batches []lying) (hurt []lying) {
	if from == to {
		return nil
	}
	after := append([]byte(nil), data...)
	copy(after[to:to+simdisk.SectorSize], after[from:])
	clear(after[from : from+simdisk.SectorSize])
	for _, b := range batchesOf(data) {
		was, is := data[b.at:b.at+b.size], after[b.at:b.at+b.size]
		if string(was) == string(is) {
			continue
		}
		// What is read there may be a batch of another size, of which only the base offset is the old one (seed 14504).
		if looksSound(after[b.at:]) || !contains(batches, b) {
			return nil
		}
		hurt = append(hurt, b)
	}
	return hurt
}

func contains(list []lying, b lying) bool {
	for _, o := range list {
		if o == b {
			return true
		}
	}
	return false
}

// looksSound tells whether a batch can be told from a sound one.
func looksSound(b []byte) bool {
	h, batch, _, err := record.Split(b)
	return err == nil && record.CheckStored(batch, h) == nil
}

// damaged tells the judge what has just happened.
func (n *node) damaged(dir string, from, end, checkpoint kafka.Offset) {
	n.damagedAt(checker.Event((*guestEnv)(n).Event()), dir, checker.Damage{From: from, End: end, Checkpoint: checkpoint})
}

// damagedAt tells of damage with the event at which it was done.
func (n *node) damagedAt(at checker.Event, dir string, d checker.Damage) {
	h := n.guests.population.History()
	if trace := n.w.options.Trace; trace != nil {
		trace(n.name + "damage t=" + strconv.FormatInt(n.w.now, 10) + " " + dir + " from " + strconv.FormatInt(int64(d.From), 10) +
			" to " + strconv.FormatInt(int64(d.End), 10) + ", recovery point " + strconv.FormatInt(int64(d.Checkpoint), 10) +
			", gone=" + strconv.FormatBool(d.Gone))
	}
	d.Event, d.Log, d.Suspect = at, n.logs[dir], n.guests.suspect || n.isUnvouched(n.homes[n.logs[dir]])
	h.Damages = append(h.Damages, d)
}

// lying is where a batch lies in its file.
type lying struct {
	at, size  int64
	from, end kafka.Offset
}

// summedFrom is the place in a batch from which its checksum counts. Of what lies before, the length
// and the base offset are told by the batches around it, the rest by nothing.
const summedFrom = 21

// batchesOf finds the whole batches of a file up to the first that is damaged already.
func batchesOf(b []byte) []lying {
	var list []lying
	for at := int64(0); at < int64(len(b)); {
		h, batch, _, err := record.Split(b[at:])
		if err != nil || record.CheckStored(batch, h) != nil {
			break
		}
		list = append(list, lying{at, int64(h.Size), h.BaseOffset, h.End()})
		at += int64(h.Size)
	}
	return list
}

// framedIn finds the batches of a file by their lengths, also behind one that is damaged: a log may begin
// there by now.
func framedIn(b []byte) []lying {
	var list []lying
	for at := int64(0); at < int64(len(b)); {
		h, _, _, err := record.Split(b[at:])
		if err != nil {
			break
		}
		list = append(list, lying{at, int64(h.Size), h.BaseOffset, h.End()})
		at += int64(h.Size)
	}
	return list
}

// vulnerable are the batches whose damage can be told from a torn write after a kill: those below
// the recovery point, and those with sound ones behind.
func vulnerable(list []lying, checkpoint kafka.Offset) []lying {
	if n := len(list); n > 0 && list[n-1].from >= checkpoint {
		return list[:len(list)-1]
	}
	return list
}

// checkpoint is the recovery point of a directory's log by the checkpoint on the disk, which the world
// reads for itself.
func (n *node) checkpoint(dir string) kafka.Offset {
	home, want := n.lineOf(dir)
	if v, found := n.savedOffset(home+"/recovery-point-offset-checkpoint", want); found {
		return min(v, n.savedPoint(home, want))
	}
	return 0
}

// mayLackOffsets tells whether the checkpoint of a log's directory names it among those that were compacted.
func (n *node) mayLackOffsets(dir string) bool {
	home, want := n.lineOf(dir)
	_, found := n.savedOffset(home+"/cleaner-offset-checkpoint", want)
	return found
}

// lineOf is the directory that a log is in, and how its lines begin in the checkpoints there.
func (n *node) lineOf(dir string) (home, line string) {
	cut := strings.LastIndexByte(dir, '-')
	return n.homes[n.logs[dir]], dir[:cut] + " " + dir[cut+1:] + " "
}

// savedOffset is what a checkpoint file says in a line.
func (n *node) savedOffset(path, want string) (kafka.Offset, bool) {
	for line := range strings.SplitSeq(string(n.disk.Peek(path)), "\n") {
		if rest, ok := strings.CutPrefix(line, want); ok {
			if v, err := strconv.ParseInt(rest, 10, 64); err == nil {
				return kafka.Offset(v), true
			}
		}
	}
	return 0, false
}

// savedPoint is the recovery point of a log, named as in a checkpoint's line, that no power loss can
// take back: the file may show one whose save is still under way.
func (n *node) savedPoint(home, line string) kafka.Offset {
	saved := n.guests.saved[home]
	for i := range saved {
		if c := &saved[i]; c.Topic+" "+strconv.Itoa(int(c.Partition))+" " == line {
			return c.RecoveryPoint
		}
	}
	return 0
}

// offline tells whether a partition was refused to the end: then no stop is clean, since not every log
// was closed. That there was reason to refuse it is for the judge to say.
func (n *node) offline() bool {
	for _, d := range n.guests.population.History().Damaged {
		if d.Err != kafka.None {
			return true
		}
	}
	return false
}

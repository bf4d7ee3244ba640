package core

import (
	"momus/core/entropy"
	"momus/core/kafka"
	"momus/core/port"
	"momus/core/replica"
)

// dedupeKeyBytes is what a key takes of log.cleaner.dedupe.buffer.size, as in Kafka.
const dedupeKeyBytes = 24

// compact has logs compacted, those first of which the greatest part is dirty, as many at a time as
// log.cleaner.threads says. Where nothing is found, nothing is looked for before log.cleaner.backoff.ms has passed.
func (n *Node) compact(now kafka.Now) {
	cleaner := n.image.BrokerConfig(n.cfg).Cleaner
	n.nextCompaction, n.lastCompaction = now.Mono.Add(max(cleaner.Backoff, 1).Delay()), now.Mono
	logs := n.logs()
	free := cleaner.Threads
	for _, log := range logs {
		if n.replicas[log].Compacting() {
			free--
		}
	}
	for ; free > 0; free-- {
		var r *replica.Replica
		var most replica.Dirt
		for _, log := range logs {
			d, wanted := n.replicas[log].Dirt(now)
			if wanted && (r == nil || d.Filthier(&most)) {
				r, most = n.replicas[log], d
			}
		}
		if r == nil {
			return
		}
		spec := port.CleanSpec{}
		spec.Keys, spec.Slots = keysOf(cleaner.DedupeBytes/int64(cleaner.Threads), cleaner.LoadFactor, int64(most.Upto-most.From))
		stream := entropy.New(n.entropy, "compaction/"+r.Log().String())
		for i := range spec.HashKey {
			spec.HashKey[i] = byte(stream.Below(256))
		}
		r.Compact(now, most, spec, cleaner.BytesPerSecond)
		n.touch(r)
	}
}

// keysOf is how many keys are told apart in so much memory, and the places of the table that they stand in. There are no
// more than offsets.
func keysOf(bytes, loadFactor, offsets int64) (keys, slots int64) {
	const billion = 1_000_000_000
	slots = max(bytes/dedupeKeyBytes, 2)
	keys = max(slots/billion*loadFactor+slots%billion*loadFactor/billion, 1)
	if offsets < keys {
		keys = max(offsets, 1)
		slots = min(slots, max(keys/loadFactor*billion+keys%loadFactor*billion/loadFactor, keys)+1)
	}
	return keys, slots
}

// cleaned sums up the compactions of this run, and has what the last one was like.
type cleaned struct {
	read, written, room int64
	last                replica.Compacted
}

// compacted takes a compaction that came to its end.
func (c *cleaned) compacted(last *replica.Compacted, room int64) {
	c.read += last.Read
	c.written += last.Written
	c.last, c.room = *last, room
}

// percent is how many hundredths of the whole a part is.
func percent(part, whole int64) int32 {
	if whole <= 0 {
		return 0
	}
	return int32(min(part, whole) / max(whole/100, 1))
}

// reportCleaner tells how far compaction is.
func (n *Node) reportCleaner(now kafka.Now) (c CleanerReport) {
	for _, log := range n.logs() {
		r := n.replicas[log]
		if r.Compacting() {
			c.Running++
		}
		if size, open := r.Size(); open && r.Uncleanable() {
			c.Uncleanable++
			c.UncleanableBytes += size
		}
		d, _ := r.Dirt(now)
		c.MaxDirtyPercent = max(c.MaxDirtyPercent, percent(d.Dirty, d.Clean+d.Dirty))
	}
	if n.lastCompaction > 0 {
		c.Idle = kafka.Millis(kafka.Nanos(now.Mono-n.lastCompaction) / kafka.Millisecond)
	}
	last := &n.cleaned.last
	c.BytesRead, c.BytesWritten = n.cleaned.read, n.cleaned.written
	c.RecopyPercent, c.BufferPercent = percent(last.Written, last.Read), percent(last.Keys, n.cleaned.room)
	c.Took = kafka.Millis(last.Took / kafka.Millisecond)
	return c
}

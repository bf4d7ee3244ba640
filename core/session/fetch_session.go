package session

import (
	"cmp"
	"slices"

	"momus/core/entropy"
	"momus/core/kafka"
	"momus/core/port"
)

// fetchKey names a partition of a fetch: its topic by name or, from v13 on, by id (KIP-516).
//
//canon:gen
type fetchKey struct {
	topic     string
	id        kafka.TopicID
	partition kafka.PartitionID
}

// Compare orders keys.
func (k fetchKey) Compare(o fetchKey) int {
	return cmp.Or(cmp.Compare(k.topic, o.topic), k.id.Compare(o.id), cmp.Compare(k.partition, o.partition))
}

// fetchAsk is what a fetch asks of a partition.
type fetchAsk struct {
	offset    kafka.Offset
	epoch     kafka.LeaderEpoch
	lastEpoch kafka.LeaderEpoch
	maxBytes  int32
}

// fetchSession is what is remembered of one client's fetches (KIP-227): what it wants of which
// partitions, and what it was told of them last. It outlives the connection.
//
//canon:gen
type fetchSession struct {
	id int32
	// number counts the sessions made before: two that had one id after another differ in it.
	number     int64
	privileged bool
	byID       bool
	// epoch is that of the next fetch.
	epoch         int32
	created, used kafka.Mono
	// evictable and evictableByReplicas tell whether a larger session may take the place of this one,
	// as of when it was last used.
	evictable, evictableByReplicas bool

	// index finds a partition's place in parts. The places in use form a ring from head on, in the
	// order in which they are read: what had records goes to the end, so that each gets its share.
	index map[fetchKey]int32
	parts []sessionPart
	free  []int32
	head  int32
}

// sessionPart is one partition of a session.
type sessionPart struct {
	key fetchKey
	// name is what the topic id stood for when it was first known, or empty.
	name string
	ask  fetchAsk
	// high and logStart are what the client was told last; high is NoOffset after an error, so that
	// the partition is answered again when the error is gone.
	high, logStart kafka.Offset
	prev, next     int32
}

func (f *fetchSession) size() int { return len(f.index) }

// put remembers what is asked of a partition, behind the others if it is new, and gives its place.
func (f *fetchSession) put(key fetchKey, name string, ask fetchAsk) int32 {
	if at, found := f.index[key]; found {
		f.parts[at].ask = ask
		return at
	}
	at := int32(len(f.parts))
	if n := len(f.free); n > 0 {
		at = f.free[n-1]
		f.free = f.free[:n-1]
	} else {
		f.parts = append(f.parts, sessionPart{})
	}
	f.parts[at] = sessionPart{key: key, name: name, ask: ask, high: kafka.NoOffset, logStart: kafka.NoOffset}
	f.link(at)
	f.index[key] = at
	return at
}

// forget takes a partition out, if it is there.
func (f *fetchSession) forget(key fetchKey) {
	at, found := f.index[key]
	if !found {
		return
	}
	delete(f.index, key)
	f.unlink(at)
	f.parts[at] = sessionPart{}
	f.free = append(f.free, at)
}

// link puts a place at the end of the ring. Its partition is not in the index yet if it is new.
func (f *fetchSession) link(at int32) {
	p := &f.parts[at]
	if f.head < 0 {
		f.head, p.prev, p.next = at, at, at
		return
	}
	first := &f.parts[f.head]
	p.prev, p.next = first.prev, f.head
	f.parts[first.prev].next = at
	first.prev = at
}

func (f *fetchSession) unlink(at int32) {
	p := &f.parts[at]
	if p.next == at {
		f.head = -1
		return
	}
	f.parts[p.prev].next, f.parts[p.next].prev = p.next, p.prev
	if f.head == at {
		f.head = p.next
	}
}

// toEnd lets a partition be read after all others.
func (f *fetchSession) toEnd(at int32) {
	f.unlink(at)
	f.link(at)
}

// fetchSessions are the sessions that there are; Kafka spreads them over eight caches, which changes
// only who may evict whom.
type fetchSessions struct {
	ids  entropy.Stream
	made int64
	list []*fetchSession // by id
	// marks are the rare branches that were reached.
	marks port.Marks `canon:"-"`
}

func (c *fetchSessions) search(id int32) (at int, found bool) {
	return slices.BinarySearchFunc(c.list, id, func(f *fetchSession, id int32) int { return cmp.Compare(f.id, id) })
}

// find gives the session of an id, or nil.
func (c *fetchSessions) find(id int32) *fetchSession {
	if at, found := c.search(id); found {
		return c.list[at]
	}
	return nil
}

// remove ends a session, if it is there.
func (c *fetchSessions) remove(id int32) {
	if at, found := c.search(id); found {
		c.list = slices.Delete(c.list, at, at+1)
	}
}

// make begins an empty session for so many partitions, or returns nil if there is no room and none
// may be evicted for it. It counts as used once touch is called.
func (c *fetchSessions) make(now kafka.Mono, slots int32, keep kafka.Nanos, want *fetchSession, size int) *fetchSession {
	if len(c.list) >= int(slots) && !c.evict(now, keep, want.privileged, size) {
		return nil
	}
	id, at := int32(0), 0
	for taken := true; taken; {
		id = int32(1 + c.ids.Below(1<<31-1))
		at, taken = c.search(id)
	}
	f := *want
	f.id, f.number, f.epoch, f.created, f.head = id, c.made, 1, now, -1
	f.index = map[fetchKey]int32{}
	c.made++
	c.list = slices.Insert(c.list, at, &f)
	return &f
}

// touch notes the use of a session.
func (f *fetchSession) touch(now kafka.Mono, keep kafka.Nanos) {
	f.used = now
	f.evictable = f.created.Add(keep) < now
	f.evictableByReplicas = f.evictable || !f.privileged
}

// evict makes room for a session of so many partitions by Kafka's rules: the one that was not used
// for longest goes if that is longer than keep. Else the least one does, if the new one is worth
// more: replicas are worth more than consumers, then counts who has more partitions, and a consumer
// spares what is younger than keep.
func (c *fetchSessions) evict(now kafka.Mono, keep kafka.Nanos, privileged bool, size int) bool {
	var oldest, least *fetchSession
	for _, f := range c.list {
		if oldest == nil || f.used < oldest.used {
			oldest = f
		}
		if (f.evictable || privileged && f.evictableByReplicas) &&
			(least == nil || worth(f.privileged, f.size(), least.privileged, least.size()) < 0) {
			least = f
		}
	}
	switch {
	case oldest == nil:
		return false
	case oldest.used.Add(keep) < now:
		c.marks.Hit(port.MarkSessionIdleOut)
		c.remove(oldest.id)
	case least == nil || worth(privileged, size, least.privileged, least.size()) <= 0:
		c.marks.Hit(port.MarkSessionRefused)
		return false
	default:
		c.marks.Hit(port.MarkSessionLesserOut)
		c.remove(least.id)
	}
	return true
}

// worth compares two sessions by who made them and how many partitions they have.
func worth(aPrivileged bool, a int, bPrivileged bool, b int) int {
	if aPrivileged != bPrivileged {
		if aPrivileged {
			return 1
		}
		return -1
	}
	return cmp.Compare(a, b)
}

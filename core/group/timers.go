package group

import (
	"cmp"

	"momus/core/canon"
	"momus/core/kafka"
)

// timerKind says what is to be done.
type timerKind uint8

// The timers.
const (
	// timerExpire looks for offsets that have expired. It has no group.
	timerExpire timerKind = iota + 1
	// timerTopics deletes the offsets of deleted topics. It has no group either.
	timerTopics
	// timerJoin ends the joining of a classic group, timerSync the wait for members to ask for their assignment,
	// timerSession a member's session.
	timerJoin
	timerSync
	timerSession
	// Of members of a group of the consumer protocol: timerMemberSession ends a session, timerMemberRebalance the
	// time for revoking, timerMemberJoin and timerMemberSync that for joining and syncing by the classic protocol.
	timerMemberSession
	timerMemberRebalance
	timerMemberJoin
	timerMemberSync
)

// timerKey names a timer: there is one of its kind for a member, or for a group.
type timerKey struct {
	group, member string
	kind          timerKind
}

// Compare orders keys.
func (k timerKey) Compare(o timerKey) int {
	if c := cmp.Compare(k.group, o.group); c != 0 {
		return c
	}
	if c := cmp.Compare(k.member, o.member); c != 0 {
		return c
	}
	return cmp.Compare(k.kind, o.kind)
}

// timers are the deadlines of a shard, whatever they are for.
type timers struct {
	at map[timerKey]kafka.Mono
	// heap orders the deadlines. A timer that is put off stays where it was until that time comes; one that was cleared, too.
	heap []timerEntry `canon:"-"`
	// first is what next found last, while known: it is asked of every shard after each turn.
	first kafka.Mono `canon:"-"`
	known bool       `canon:"-"`
}

type timerEntry struct {
	at  kafka.Mono
	key timerKey
}

func (a *timerEntry) before(b *timerEntry) bool {
	return a.at < b.at || a.at == b.at && a.key.Compare(b.key) < 0
}

// rebuild makes the heap.
func (t *timers) rebuild() {
	if t.at == nil {
		t.at = map[timerKey]kafka.Mono{}
	}
	t.heap, t.known = t.heap[:0], false
	for _, key := range canon.SortedKeysFunc(t.at, timerKey.Compare) {
		t.push(timerEntry{t.at[key], key})
	}
}

// set has a timer go off at a time, whenever it was to before.
func (t *timers) set(key timerKey, at kafka.Mono) {
	was, found := t.at[key]
	t.at[key] = at
	t.touched(key)
	if !found || at < was {
		t.known = t.known && t.first != 0 && t.first <= at
		t.push(timerEntry{at, key})
	}
}

// clear has it not go off.
func (t *timers) clear(key timerKey) {
	delete(t.at, key)
	t.touched(key)
}

// touched forgets what next found if that was of this timer.
func (t *timers) touched(key timerKey) {
	if len(t.heap) > 0 && t.heap[0].key == key {
		t.known = false
	}
}

// has tells whether it is set.
func (t *timers) has(key timerKey) bool {
	_, found := t.at[key]
	return found
}

// next is when the first goes off, or 0.
func (t *timers) next() kafka.Mono {
	if !t.known {
		t.first, t.known = t.find(), true
	}
	return t.first
}

// find is next without what is known of it.
func (t *timers) find() kafka.Mono {
	for len(t.heap) > 0 {
		top := t.heap[0]
		at, found := t.at[top.key]
		if found && at == top.at {
			return at
		}
		t.pop()
		if found && at > top.at {
			t.push(timerEntry{at, top.key})
		}
	}
	return 0
}

// due takes the first that has passed.
func (t *timers) due(now kafka.Mono) (key timerKey, ok bool) {
	if at := t.next(); at == 0 || at > now {
		return timerKey{}, false
	}
	key = t.heap[0].key
	t.known = false
	t.pop()
	delete(t.at, key)
	return key, true
}

func (t *timers) push(e timerEntry) {
	t.heap = append(t.heap, e)
	i := len(t.heap) - 1
	for i > 0 && e.before(&t.heap[(i-1)/2]) {
		t.heap[i] = t.heap[(i-1)/2]
		i = (i - 1) / 2
	}
	t.heap[i] = e
}

func (t *timers) pop() {
	last := len(t.heap) - 1
	e := t.heap[last]
	t.heap[last] = timerEntry{}
	t.heap = t.heap[:last]
	if last == 0 {
		return
	}
	i := 0
	for {
		child := 2*i + 1
		if child >= last {
			break
		}
		if child+1 < last && t.heap[child+1].before(&t.heap[child]) {
			child++
		}
		if !t.heap[child].before(&e) {
			break
		}
		t.heap[i] = t.heap[child]
		i = child
	}
	t.heap[i] = e
}

package seglog

import (
	"math/bits"

	"momus/core/kafka"
)

// keyMap says of each key at which offset its last record is, in bounded memory: of keys it holds 128-bit
// hashes. It is a table of open addressing, that is made as large as it may become.
type keyMap struct {
	key   hashKey
	slots []keySlot
	used  int
	max   int
}

// keySlot is free while next is 0; else next is the offset behind the key's last record.
type keySlot struct {
	hash [2]uint64
	next kafka.Offset
}

// newKeyMap makes one of so many slots, of which at most max are filled.
func newKeyMap(key hashKey, slots, most int64) *keyMap {
	return &keyMap{key: key, slots: make([]keySlot, slots), max: int(min(most, slots-1))}
}

// slot finds that of a key, or the free one where it goes.
func (m *keyMap) slot(key []byte) (*keySlot, [2]uint64) {
	hash := hash128(m.key, key)
	at, _ := bits.Mul64(hash[0], uint64(len(m.slots)))
	for {
		s := &m.slots[at]
		if s.next == 0 || s.hash == hash {
			return s, hash
		}
		if at++; at == uint64(len(m.slots)) {
			at = 0
		}
	}
}

// put notes a record of a key, which is later than those before. It tells whether there was room.
func (m *keyMap) put(key []byte, at kafka.Offset) bool {
	s, hash := m.slot(key)
	if s.next == 0 {
		if m.used >= m.max {
			return false
		}
		m.used++
		s.hash = hash
	}
	s.next = at + 1
	return true
}

// last is the offset of a key's last record, or kafka.NoOffset if it has none.
func (m *keyMap) last(key []byte) kafka.Offset {
	s, _ := m.slot(key)
	return s.next - 1
}

package core

import (
	"momus/core/canon"
)

// Mark is a place in the outboxes: where a Step's entries begin.
type Mark struct {
	ops, reads, saves, work, replies, conns, drops, notes, reports int
	published                                                      int64
	exited                                                         bool
}

// Mark returns where the next Step's entries will begin.
func (n *Node) Mark() Mark {
	r := &n.ready
	return Mark{
		ops: len(r.LogOps), reads: len(r.Reads), saves: len(r.Saves), work: len(r.Work), replies: len(r.Replies),
		conns: len(r.ConnOps), drops: len(r.Drops), notes: len(r.Notes), reports: len(r.Reports), published: n.published.Version,
		exited: r.Exit != nil,
	}
}

// AppendEntries encodes what was emitted since mark. The hash chain and the journal are made of it.
func (n *Node) AppendEntries(b []byte, mark Mark) []byte {
	r := &n.ready
	b = appendList(b, r.LogOps[mark.ops:])
	b = appendList(b, r.Reads[mark.reads:])
	b = appendList(b, r.Saves[mark.saves:])
	b = appendList(b, r.Work[mark.work:])
	b = appendList(b, r.Replies[mark.replies:])
	b = appendList(b, r.ConnOps[mark.conns:])
	b = appendList(b, r.Drops[mark.drops:])
	b = appendList(b, r.Notes[mark.notes:])
	b = appendList(b, r.Reports[mark.reports:])
	if n.published.Version != mark.published {
		b = n.published.AppendCanon(b)
	}
	b = canon.AppendInt(b, int64(r.Wake))
	if r.Exit != nil && !mark.exited {
		b = r.Exit.AppendCanon(b)
	}
	return b
}

// AppendEntriesText prints them, one to a line.
func (n *Node) AppendEntriesText(b []byte, mark Mark) []byte {
	r := &n.ready
	b = appendLines(b, r.LogOps[mark.ops:])
	b = appendLines(b, r.Reads[mark.reads:])
	b = appendLines(b, r.Saves[mark.saves:])
	b = appendLines(b, r.Work[mark.work:])
	b = appendLines(b, r.Replies[mark.replies:])
	b = appendLines(b, r.ConnOps[mark.conns:])
	b = appendLines(b, r.Drops[mark.drops:])
	b = appendLines(b, r.Notes[mark.notes:])
	b = appendLines(b, r.Reports[mark.reports:])
	if r.Exit != nil && !mark.exited {
		b = append(b, "    "...)
		b = append(r.Exit.AppendText(b), '\n')
	}
	return b
}

// encoded is a pointer to T that has the generated encoding.
type encoded[T any] interface {
	*T
	AppendCanon(b []byte) []byte
	AppendText(b []byte) []byte
}

func appendList[T any, P encoded[T]](b []byte, list []T) []byte {
	b = canon.AppendUint(b, uint64(len(list)))
	for i := range list {
		b = P(&list[i]).AppendCanon(b)
	}
	return b
}

func appendLines[T any, P encoded[T]](b []byte, list []T) []byte {
	for i := range list {
		b = append(b, "    "...)
		b = append(P(&list[i]).AppendText(b), '\n')
	}
	return b
}

// stateVersion is the version of the state's encoding; a journal of another version is refused.
const stateVersion = 2

// AppendState encodes the whole state. It is called between Steps with empty outboxes.
func (n *Node) AppendState(b []byte) []byte {
	if n.out || len(n.ready.LogOps)+len(n.ready.Reads)+len(n.ready.Saves)+len(n.ready.Work)+len(n.ready.Replies)+
		len(n.ready.ConnOps)+len(n.ready.Drops)+len(n.ready.Notes)+len(n.ready.Reports) > 0 {
		panic("BUG: the state was asked for while entries are out")
	}
	b = canon.AppendUint(b, stateVersion)
	return n.AppendCanon(b)
}

// LoadState makes n the node whose state was encoded; it fails on another version or on damage.
func (n *Node) LoadState(b []byte) error {
	r := canon.NewReader(b)
	if v := r.Uint(64); r.Err == nil && v != stateVersion {
		return errStateVersion
	}
	*n = Node{}
	n.ReadCanon(r)
	if err := r.End(); err != nil {
		return err
	}
	n.rebuild()
	return nil
}

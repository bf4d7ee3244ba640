package sample

import "momus/core/canon"

// Manual is encoded by hand: only its sum is kept.
//
//canon:manual
type Manual struct{ sum int64 }

// AppendCanon appends the sum.
func (m *Manual) AppendCanon(b []byte) []byte { return canon.AppendInt(b, m.sum) }

// ReadCanon reads the sum.
func (m *Manual) ReadCanon(r *canon.Reader) { m.sum = r.Int(64) }

// AppendText names the type.
func (m *Manual) AppendText(b []byte) []byte { return append(b, "Manual"...) }

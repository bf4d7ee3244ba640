package record

import (
	"errors"
	"testing"

	"momus/core/canon/canontest"
	"momus/core/kafka"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

func nodes(ids ...kafka.NodeID) []kafka.NodeID { return ids }

// TestControlRecordsRoundTrip reads back, by key and value, what a builder was given.
func TestControlRecordsRoundTrip(t *testing.T) {
	control := rapid.Custom(func(t *rapid.T) []Control {
		var c []Control
		for _, m := range CanonControlMembers() {
			canontest.NewDrawer().Draw(t, m)
			c = append(c, m)
		}
		return c
	})
	rapid.Check(t, func(t *rapid.T) {
		for _, want := range control.Draw(t, "control") {
			version := settle(want)
			b := NewBuilder(5, 2)
			b.Batch.Attributes |= AttributeControl
			b.AddControl(7, want, version)
			h, batch, _, err := Split(b.Append(nil))
			if err != nil || CheckStored(batch, h) != nil {
				t.Fatal(err)
			}
			it := Records(h, h.Body(batch))
			if !it.Next() {
				t.Fatal(it.Err())
			}
			got, err := ReadControl(it.Record.Key, it.Record.Value)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Fatal(diff)
			}
		}
	})
}

// settle makes a drawn record one that its last version carries, and returns that version.
func settle(c Control) int16 {
	_, last := c.Versions()
	switch c := c.(type) {
	case *LeaderChangeMessage:
		c.Version = last
		c.Voters, c.GrantingVoters = append([]QuorumVoter(nil), c.Voters...), append([]QuorumVoter(nil), c.GrantingVoters...)
	case *SnapshotHeaderRecord:
		c.Version = last
	case *SnapshotFooterRecord:
		c.Version = last
	case *KRaftVersionRecord:
		c.Version = last
	case *VotersRecord:
		c.Version = last
		c.Voters = append([]Voter(nil), c.Voters...)
		for i := range c.Voters {
			c.Voters[i].Endpoints = append([]VoterEndpoint(nil), c.Voters[i].Endpoints...)
		}
	}
	return last
}

func TestMalformedControlRecordsAreRefused(t *testing.T) {
	for _, c := range []struct {
		name       string
		key, value []byte
		want       error
	}{
		{"short key", []byte{0, 0, 0}, nil, ErrShort},
		{"negative key version", []byte{0x80, 0, 0, 0}, nil, ErrVersion},
		{"no value", []byte{0, 0, 0, 2}, nil, ErrShort},
		{"unknown version", []byte{0, 0, 0, 2}, []byte{0, 9}, ErrVersion},
		{"marker of an unknown version", []byte{0, 0, 0, 1}, []byte{0, 1, 0, 0, 0, 0}, ErrVersion},
		{"trailing", []byte{0, 0, 0, 4}, []byte{0, 0, 0, 0}, ErrTrailing},
	} {
		if _, err := ReadControl(c.key, c.value); !errors.Is(err, c.want) {
			t.Errorf("%s: got %v, want %v", c.name, err, c.want)
		}
	}
}

func TestUnknownControlTypeIsPassedOver(t *testing.T) {
	if c, err := ReadControl([]byte{0, 0, 0, 9}, []byte("anything")); c != nil || err != nil {
		t.Errorf("%v, %v", c, err)
	}
}

package wire

// The first versions of what changes the encoding of Fetch.
const (
	fetchFlexible  = 12 // also DivergingEpoch (KIP-595) and CurrentLeader
	fetchByTopicID = 13
	fetchNodes     = 16 // NodeEndpoints (KIP-951)
)

// AppendTo encodes the body without its records, and appends to cuts where they belong. A
// partition without records has an empty array of bytes, never null: clients trip over null.
func (r *FetchResponse) AppendTo(b []byte, cuts []Cut) ([]byte, []Cut) {
	e := encoder{b: b, flexible: r.Version >= fetchFlexible}
	e.int32(r.Throttle)
	if r.Version >= 7 {
		e.int16(int16(r.Err))
		e.int32(r.SessionID)
	}
	e.array(len(r.Topics))
	for i := range r.Topics {
		t := &r.Topics[i]
		if r.Version >= fetchByTopicID {
			e.b = append(e.b, t.ID[:]...)
		} else {
			e.str(t.Name)
		}
		e.array(len(t.Partitions))
		for j := range t.Partitions {
			p := &t.Partitions[j]
			r.appendPartitionHead(&e, p)
			if p.Records.Len() > 0 {
				cuts = append(cuts, Cut{At: len(e.b), Span: p.Records})
			}
			r.appendPartitionTags(&e, p)
		}
		e.noTags()
	}
	if r.Version >= fetchNodes {
		e.nodes(r.Nodes)
	} else {
		e.noTags()
	}
	return e.b, cuts
}

// appendPartitionHead appends what comes before the records, their length included.
func (r *FetchResponse) appendPartitionHead(e *encoder, p *FetchedPartition) {
	e.int32(int32(p.Partition))
	e.int16(int16(p.Err))
	e.int64(int64(p.HighWatermark))
	e.int64(int64(p.LastStable))
	if r.Version >= 5 {
		e.int64(int64(p.LogStart))
	}
	if p.Aborted == nil {
		e.nullArray()
	} else {
		e.array(len(p.Aborted))
	}
	for _, a := range p.Aborted {
		e.int64(int64(a.Producer))
		e.int64(int64(a.First))
		e.noTags()
	}
	if r.Version >= 11 {
		e.int32(int32(p.PreferredReplica))
	}
	e.bytesLength(p.Records.Len())
}

func (r *FetchResponse) appendPartitionTags(e *encoder, p *FetchedPartition) {
	if !e.flexible {
		return
	}
	var n byte
	if p.HasDiverging {
		n++
	}
	if p.Leader.Set {
		n++
	}
	e.b = append(e.b, n)
	if p.HasDiverging {
		e.b = append(e.b, 0, 4+8+1)
		e.int32(int32(p.DivergingEpoch))
		e.int64(int64(p.DivergingEnd))
		e.noTags()
	}
	if p.Leader.Set {
		e.leader(1, p.Leader)
	}
}

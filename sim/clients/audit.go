package clients

import (
	"slices"

	"momus/checker"
	"momus/core/kafka"

	"github.com/twmb/franz-go/pkg/kmsg"
)

// audit asks for all committed offsets of the next group, when the world has come to rest.
func (r *Reader) audit(now int64) {
	c := &r.groupsLeft[0]
	if c.gaveUp {
		r.groupsLeft = r.groupsLeft[1:]
		r.at(now)
		return
	}
	l := c.coordinator(now)
	if c.asking {
		r.busy = true
		return
	}
	if l == nil {
		return
	}
	r.busy, r.began = true, r.event()
	r.question = offsetQuestion{group: c.group.name, all: true}
	for i := range r.history.Commits {
		op := &r.history.Commits[i]
		p := checker.GroupPartition{Topic: op.Topic, Partition: op.Partition}
		if op.Group == c.group.name && !slices.Contains(r.question.partitions, p) {
			r.question.partitions = append(r.question.partitions, p)
		}
	}
	l.send(r.offsetFetchRequest(&r.question), call{kind: callOffsetFetch})
}

// audited takes an answer to audit, or to the search for a coordinator.
func (r *Reader) audited(response kmsg.Response) {
	c := &r.groupsLeft[0]
	switch a := response.(type) {
	case *kmsg.FindCoordinatorResponse:
		c.found(a)
	case *kmsg.OffsetFetchResponse:
		_, err := r.offsetsTold(&r.question, a, r.began, true)
		if c.heed(err) {
			return
		}
		if err != kafka.None {
			r.odd(r.id, "the last OffsetFetch was answered "+err.String())
		}
		r.groupsLeft = r.groupsLeft[1:]
	}
}

// notAudited takes the news that there is no answer.
func (r *Reader) notAudited(asked call) {
	if asked.kind == callFind {
		r.groupsLeft[0].notFound()
	} else {
		r.groupsLeft[0].lostIt()
	}
}

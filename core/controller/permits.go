package controller

import (
	"momus/core/kafka"
	"momus/core/msg"
	"momus/core/quota"
)

// permits are what one request may change under its client's quota (KIP-599).
type permits struct {
	meters  *quota.Meters
	now     kafka.Now
	limit   quota.Limit
	limited bool
	strict  bool
	wait    kafka.Millis
}

// permits looks at the quota of a request's client.
func (m *Controller) permits(now kafka.Now, q msg.MutationQuota) *permits {
	p := &permits{meters: m.mutations, now: now, strict: q.Strict}
	p.limit, p.limited = quota.Find(&m.img, quota.Mutation, q.User, q.Client)
	return p
}

// take counts a change of so many partitions, or refuses it: strictly, once the quota is used up. What it
// takes to use it up is not refused, however much that is.
func (p *permits) take(partitions int) refusal {
	if !p.limited {
		return refusal{}
	}
	wait := p.meters.Take(p.now.Mono, p.limit, int64(partitions), p.strict)
	if wait == 0 {
		return refusal{}
	}
	p.wait = wait
	if p.strict {
		return refusal{kafka.ErrThrottlingQuotaExceeded, "The throttling quota has been exceeded."}
	}
	return refusal{}
}

// until is when the client may go on, 0 if at once.
func (p *permits) until() kafka.Mono {
	if p.wait == 0 {
		return 0
	}
	return p.now.Mono.Add(p.wait.Nanos())
}

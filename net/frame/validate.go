package frame

import (
	"momus/core/kafka"
	"momus/core/wire"
)

// Revalidate takes back a request whose policies went stale before the core could use it, brings
// its batches in line with what is published now, and hands it out again. It keeps its number.
func (c *Conn) Revalidate(r *wire.Request, now kafka.Now) {
	if c.broken || c.closing {
		DiscardRequest(r)
		return
	}
	c.validate(r, now)
	c.requests = append(c.requests, *r)
}

// validate holds the batches of a Produce against the published policies of their topics, and notes
// the policies' version.
func (c *Conn) validate(r *wire.Request, now kafka.Now) {
	published := c.env.Published()
	r.Policies = published.Version
	p, ok := r.Body.(*wire.ProduceRequest)
	if !ok {
		return
	}
	v := wire.Validator{Now: now.Wall, Limits: c.env.Limits, Pool: c.env.Pool}
	for i := range p.Topics {
		t := &p.Topics[i]
		name := t.Name
		rules, _ := published.Rules(name, t.ID)
		if policy := published.ByID(t.ID); policy != nil {
			name = policy.Name
		}
		for j := range t.Partitions {
			part := &t.Partitions[j]
			if v.Work == nil && part.NeedsWork(rules) {
				v.Work = c.env.Workspaces.Borrow(c.id)
				v.Work.Begin(int(c.env.Limits.DecompressedBytes))
			}
			if part.Err == kafka.None {
				v.Validate(name, part, rules)
			}
		}
	}
	if v.Work != nil {
		c.env.Workspaces.Return(c.id)
	}
}

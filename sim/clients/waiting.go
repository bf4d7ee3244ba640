package clients

import (
	"strconv"
	"strings"

	"github.com/twmb/franz-go/pkg/kmsg"
)

// Waiting says of each client that is not idle what it waits for: the reason for a run that does
// not come to rest.
func (p *Population) Waiting() string {
	var all []string
	for i, c := range p.clients {
		if !c.Idle() {
			all = append(all, strconv.Itoa(i)+"="+kind(c)+" waits for "+c.Waiting())
		}
	}
	return strings.Join(all, "; ")
}

// waiting tells what is open on the client's connections, and then whatever else its role waits for.
func (a *actor) waiting(more ...string) string {
	var all []string
	for i := range a.links {
		if text := a.links[i].waiting(); text != "" {
			all = append(all, text)
		}
	}
	for i := range a.seen.topics {
		if a.seen.topics[i].asking {
			all = append(all, "who leads "+a.topics[i].name)
		}
	}
	for _, text := range more {
		if text != "" {
			all = append(all, text)
		}
	}
	if len(all) == 0 {
		return "its next turn at " + atMillis(a.wake)
	}
	return strings.Join(all, ", ")
}

func (l *link) waiting() string {
	at := "node " + strconv.Itoa(int(l.node))
	switch {
	case l.state == linkOpening:
		return "a connection to " + at + " until " + atMillis(l.deadline)
	case l.state == linkDown && l.retryAt > l.actor.env.Now():
		return "another attempt to reach " + at + " at " + atMillis(l.retryAt)
	case len(l.pending) == 0:
		return ""
	}
	names := make([]string, len(l.pending))
	for i := range l.pending {
		names[i] = kmsg.NameForKey(l.pending[i].request.Key())
	}
	return "answers of " + at + " to " + strings.Join(names, ", ") + " until " + atMillis(l.pending[0].deadline)
}

func atMillis(t int64) string { return strconv.FormatInt(t/millisecond, 10) + "ms" }

// Waiting implements Client.
func (a *admin) Waiting() string { return a.waiting() }

// Waiting implements Client.
func (p *plain) Waiting() string { return p.waiting() }

// Waiting implements Client.
func (p *passer) Waiting() string { return p.waiting() }

// Waiting implements Client.
func (c *consumer) Waiting() string { return c.waiting() }

// Waiting implements Client.
func (t *trimmer) Waiting() string { return t.waiting() }

// Waiting implements Client.
func (p *idempotent) Waiting() string {
	id := ""
	if !p.has {
		id = "a producer id"
	}
	all := []string{id}
	for i := range p.lanes {
		ln := &p.lanes[i]
		if len(ln.open) == 0 {
			continue
		}
		text := strconv.Itoa(len(ln.open)) + " batches of " + p.topics[ln.topic].name + "-" + strconv.Itoa(int(ln.partition)) +
			", the first since " + atMillis(ln.open[0].born)
		if ln.draining {
			text += ", to be sent again"
		}
		all = append(all, text)
	}
	return p.waiting(all...)
}

// Waiting implements Client.
func (r *Reader) Waiting() string {
	i := r.unread()
	switch {
	case !r.listed:
		return r.waiting("the list of topics, each with leaders")
	case i < 0:
		return r.waiting()
	}
	p := &r.parts[i]
	text := p.read.Topic + "-" + strconv.Itoa(int(p.read.Partition)) + " of node " + strconv.Itoa(int(p.node))
	switch p.phase {
	case phaseStart:
		text += ", its start"
	case phaseEnd:
		text += ", its end"
	default:
		text += ", records from " + strconv.FormatInt(int64(p.next), 10) + " to " + strconv.FormatInt(int64(p.read.End), 10)
	}
	if r.astray {
		text += ", and who leads it now"
	}
	return r.waiting(text)
}

package clients

import (
	"strconv"

	"momus/checker"
	"momus/core/kafka"

	"github.com/twmb/franz-go/pkg/kmsg"
)

// passer stands for many producers that come and go, each with a producer id that it never uses: a new
// process for every job.
type passer struct {
	actor
	gap   int64
	asked bool
	began checker.Event
	next  int64
}

func newPasser(s *shared, id int32) *passer {
	p := &passer{}
	p.actor.init(s, id, p)
	p.gap = []int64{40, 15, 100}[s.env.Draw("plan/client"+strconv.Itoa(int(id))+"/gap", 3)] * millisecond
	return p
}

// Idle implements Client.
func (p *passer) Idle() bool { return p.quiet && !p.asked }

func (p *passer) step(now int64) {
	if p.asked || p.quiet {
		return
	}
	if now < p.next {
		p.at(p.next)
		return
	}
	if p.skips() {
		p.next = now + p.pause(p.gap)
		p.at(p.next)
		return
	}
	l := p.anyLink()
	if !l.room(pipelineMax) {
		return
	}
	r := kmsg.NewPtrInitProducerIDRequest()
	r.Version = p.speaks.init
	p.asked, p.began = true, p.event()
	p.next = now + p.pause(p.gap)
	l.send(r, call{kind: callInit})
}

func (p *passer) answered(_ *link, _ call, r kmsg.Response) {
	p.asked = false
	p.given(p.began, r.(*kmsg.InitProducerIDResponse))
}

func (p *passer) lost(call) { p.asked = false }

// given records an answer to InitProducerId.
func (a *actor) given(began checker.Event, r *kmsg.InitProducerIDResponse) {
	a.history.Inits = append(a.history.Inits, checker.Init{
		Client: a.id, Start: began, End: a.event(), Err: kafka.ErrorCode(r.ErrorCode),
		Producer: kafka.ProducerID(r.ProducerID), Epoch: kafka.ProducerEpoch(r.ProducerEpoch),
	})
}

package checker

import (
	"bytes"
	"cmp"
	"slices"
	"strconv"

	"github.com/anishathalye/porcupine"
)

// The models, as their violations are named: what is behind an answer has an order that nobody was told, and
// some order must explain all the answers (linearizability). The direct checks look at the same histories
// from another side.
const (
	LogModel      = "model-log"
	ProducerModel = "model-producer"
	TopicModel    = "model-topic"
	ConfigModel   = "model-config"
	OffsetModel   = "model-offset"
)

// Bounds of what is given to a model: beyond them a search may take for ever, and the key counts as undecided,
// which is no pass.
const (
	modelOpsMax     = 2000
	modelClientsMax = 8
	modelOpenMax    = 6
	// unsettledOpsMax bounds the histories whose unknown outcomes are also tried without what is known of them from
	// later reads.
	unsettledOpsMax = 60
)

// Picture is a history that no order explains, as a page for a browser.
type Picture struct {
	Name string
	HTML []byte
}

// behaviour is the history of one key of a model: operations with the events at which they were asked and
// answered. One of an unknown outcome is open: it may have its effect at any time after it was asked, and if it
// comes last that is as if it had none.
type behaviour struct {
	check string
	key   string
	model porcupine.Model
	ops   []porcupine.Operation
	// open are those of unknown outcome, settled those whose outcome is known from what was read later.
	open, settled int
	// carry makes of the state after a part of the history one that stands for all that there may be, so that a
	// long history can be cut; nil if there is none.
	carry func(any) any
	// vague tells that the key can't be judged, whatever its operations.
	vague bool
}

// add takes an operation.
func (b *behaviour) add(client int32, call, end Event, input any) {
	b.ops = append(b.ops, porcupine.Operation{ClientId: max(int(client), 0), Input: input, Call: int64(call), Return: int64(end)})
}

// addOpen takes one of an unknown outcome.
func (b *behaviour) addOpen(client int32, call Event, input any) {
	b.open++
	b.add(client, call, forever, input)
}

// stepper makes a model of a typed step.
func stepper[S comparable, I any](first S, step func(S, I) (S, bool), describe func(I) string, show func(S) string) porcupine.Model {
	return porcupine.Model{
		Init: func() any { return first },
		Step: func(state, input, _ any) (bool, any) {
			next, ok := step(state.(S), input.(I))
			return ok, next
		},
		Equal:             func(a, b any) bool { return a.(S) == b.(S) },
		DescribeOperation: func(input, _ any) string { return describe(input.(I)) },
		DescribeState:     func(state any) string { return show(state.(S)) },
	}
}

// checkModels holds what can be held against a model.
func (j *judge) checkModels() {
	for _, b := range j.behaviours() {
		j.checkBehaviour(b)
	}
}

// behaviours are the histories by key.
func (j *judge) behaviours() []*behaviour {
	all := slices.Concat(j.topicBehaviours(), j.configBehaviours())
	for _, l := range j.logs {
		all = append(all, j.logBehaviours(l)...)
		all = append(all, j.producerBehaviours(l)...)
	}
	return slices.DeleteFunc(all, func(b *behaviour) bool { return len(b.ops) == 0 })
}

// bounded tells whether the key's history can be searched.
func (b *behaviour) bounded() bool {
	return !b.vague && b.open <= modelOpenMax && (len(b.ops) <= modelOpsMax || b.carry != nil && b.open == 0) && b.concurrent() <= modelClientsMax
}

// concurrent is how many clients have something under way at the same time, at most.
func (b *behaviour) concurrent() int {
	type edge struct {
		at     int64
		client int
		delta  int
	}
	var edges []edge
	for i := range b.ops {
		if op := &b.ops[i]; op.Return != int64(forever) {
			edges = append(edges, edge{op.Call, op.ClientId, 1}, edge{op.Return, op.ClientId, -1})
		}
	}
	slices.SortFunc(edges, func(a, b edge) int { return cmp.Or(cmp.Compare(a.at, b.at), cmp.Compare(b.delta, a.delta)) })
	under, now, most := map[int]int{}, 0, 0
	for _, e := range edges {
		before := under[e.client]
		under[e.client] += e.delta
		switch {
		case before == 0:
			now++
		case under[e.client] == 0:
			now--
		}
		most = max(most, now)
	}
	return most
}

// checkBehaviour judges one key.
func (j *judge) checkBehaviour(b *behaviour) {
	r := &j.report
	r.ModelKeys++
	r.ModelSettled += b.settled
	r.ModelOpen += b.open
	if !b.bounded() {
		r.ModelUndecided++
		return
	}
	r.ModelOps += len(b.ops)
	bad, decided := b.violated()
	if !decided {
		r.ModelUndecided++
	}
	if bad == nil {
		return
	}
	events := []Event{Event(bad[0].Call)}
	if last := Event(bad[len(bad)-1].Call); last < forever-1 { // what is found at the end is no event
		events = append(events, last)
	}
	j.flag(b.check, events, "%s: no order of its %d operations explains all the answers", b.key, len(b.ops))
	j.pictures = append(j.pictures, b.picture(bad))
}

// violated is the part of the history that no order explains, or nil. decided is false if there is a part that
// could not be judged.
func (b *behaviour) violated() (bad []porcupine.Operation, decided bool) {
	model, rest := b.model, b.ops
	if len(rest) > modelOpsMax {
		rest = slices.Clone(rest)
		slices.SortStableFunc(rest, func(a, b porcupine.Operation) int { return cmp.Compare(a.Call, b.Call) })
	}
	for {
		part, behind := rest, []porcupine.Operation(nil)
		if len(rest) > modelOpsMax {
			if part, behind = cutQuiet(rest); part == nil {
				return nil, false
			}
		}
		if behind == nil {
			if porcupine.CheckOperations(model, part) {
				return nil, true
			}
			return part, true
		}
		result, info := porcupine.CheckOperationsVerbose(model, part, 0)
		if result != porcupine.Ok {
			return part, true
		}
		state := model.Init()
		for _, op := range info.PartialLinearizationsOperations()[0][0] {
			_, state = model.Step(state, op.Input, op.Output)
		}
		state = b.carry(state)
		model.Init = func() any { return state }
		rest = behind
	}
}

// cutQuiet cuts a history, in the order of its calls, behind the last of its first operations at which nothing is
// under way, nil if there is no such point.
func cutQuiet(ops []porcupine.Operation) (before, behind []porcupine.Operation) {
	at, end := 0, int64(0)
	for i := range ops {
		if i > modelOpsMax {
			break
		}
		if i > 0 && ops[i].Call > end {
			at = i
		}
		end = max(end, ops[i].Return)
	}
	if at == 0 {
		return nil, nil
	}
	return ops[:at:at], ops[at:]
}

// picture draws a history that no order explains.
func (b *behaviour) picture(ops []porcupine.Operation) Picture {
	last := int64(0)
	for i := range ops {
		if ops[i].Return != int64(forever) {
			last = max(last, ops[i].Return)
		}
		last = max(last, ops[i].Call)
	}
	drawn := slices.Clone(ops)
	var clients []int
	for i := range drawn {
		clients = append(clients, drawn[i].ClientId)
	}
	slices.Sort(clients)
	clients = slices.Compact(clients)
	for i := range drawn { // the page has no room for an end of time, nor for clients that there are not
		drawn[i].ClientId, _ = slices.BinarySearch(clients, drawn[i].ClientId)
		if drawn[i].Return == int64(forever) {
			drawn[i].Return = last + 1
		}
	}
	_, info := porcupine.CheckOperationsVerbose(b.model, drawn, 0)
	var page bytes.Buffer
	if err := porcupine.Visualize(b.model, info, &page); err != nil {
		page.Reset()
		page.WriteString("the history can't be drawn: " + err.Error())
	}
	return Picture{Name: b.check + "-" + b.key, HTML: page.Bytes()}
}

// chain goes on with a hash.
func chain(h, v uint64) uint64 {
	h = (h ^ v) * 0x9e3779b97f4a7c15
	return h ^ h>>29
}

func number[N ~int16 | ~int32 | ~int64](n N) string { return strconv.FormatInt(int64(n), 10) }

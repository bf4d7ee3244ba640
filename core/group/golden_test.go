package group

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"momus/core/config"
	"momus/core/goldentest"
	"momus/core/image"
	"momus/core/kafka"
	"momus/core/msg"
	"momus/core/port"
	"momus/core/record"
)

// commands are what golden files may say.
var commands = map[string]func(w *world, c goldentest.Command){}

func TestGolden(t *testing.T) {
	goldentest.Run(t, func(t *testing.T) func(goldentest.Command) string {
		w := newWorld(t, testConfig())
		w.lead()
		w.read()
		w.trace.Reset()
		return func(c goldentest.Command) string {
			do := commands[c.Name]
			if do == nil {
				t.Fatalf("no command is called %s", c.Name)
			}
			do(w, c)
			w.settle()
			text := w.trace.String()
			w.trace.Reset()
			return text
		}
	})
}

func testConfig() config.Broker {
	cfg := config.Broker{NodeID: 1, Groups: config.DefaultGroups(), ConsumerGroups: config.DefaultConsumerGroups()}
	cfg.Groups.Classic.MinSession = 100
	return cfg
}

var offsetsTopic = kafka.TopicID{9}

// world is a coordinator of one partition, with a log that is always there. What is appended is committed at
// the end of each command, unless the log is held.
type world struct {
	t     *testing.T
	g     *Groups
	img   image.Image
	delta image.Delta
	now   kafka.Now
	epoch kafka.LeaderEpoch
	// batches are those of the log, each with its base offset stamped; end is its end, high what is committed.
	batches   [][]byte
	end, high kafka.Offset
	held      bool
	refuse    kafka.ErrorCode
	op        msg.Op
	trace     strings.Builder
	// ids are the random parts of member ids, in the order in which they were seen.
	ids []string
}

func newWorld(t *testing.T, cfg config.Broker) *world {
	w := &world{t: t, g: New(cfg, port.DefaultLimits(), [32]byte{1}), img: image.New(), now: kafka.Now{Mono: 1, Wall: 1_000_000}}
	w.apply(&record.TopicRecord{Name: kafka.GroupMetadataTopic, TopicID: offsetsTopic})
	w.apply(&record.PartitionRecord{TopicID: offsetsTopic, Leader: 1, Replicas: []kafka.NodeID{1}, ISR: []kafka.NodeID{1}})
	return w
}

func (w *world) apply(r record.Metadata) { w.img.Apply(&w.delta, w.img.Offset+1, r) }

func (w *world) view() View { return View{Image: &w.img, Log: w} }

// AppendAs implements msg.CoordinatorLog.
func (w *world) AppendAs(_ kafka.Now, log kafka.TopicPartition, epoch kafka.LeaderEpoch, head record.Header, span port.Span) (kafka.Offset, kafka.ErrorCode) {
	if log.Topic != offsetsTopic || epoch != w.epoch {
		w.t.Fatalf("an append to %v in epoch %d", log, epoch)
	}
	if w.refuse != kafka.None {
		err := w.refuse
		w.refuse = kafka.None
		return kafka.NoOffset, err
	}
	if head.ProducerID != kafka.NoProducerID || head.BaseSequence != 0 {
		w.t.Fatalf("a batch of producer %d with sequence %d; Kafka's coordinators have -1 and 0", head.ProducerID, head.BaseSequence)
	}
	base := w.end
	b := append([]byte(nil), span.Bytes()...)
	record.Stamp(b, base, epoch)
	w.batches = append(w.batches, b)
	it := record.Records(head, head.Body(b))
	for it.Next() {
		rec, err := record.ReadGroup(it.Record.Key, it.Record.Value)
		if err != nil {
			w.t.Fatal(err)
		}
		kind := "put"
		if rec.Deleted {
			kind = "delete"
		}
		w.say("%d: %s %s", base+kafka.Offset(it.Record.Offset), kind, rec.Record.AppendText(nil))
	}
	if it.Err() != nil {
		w.t.Fatal(it.Err())
	}
	w.end += kafka.Offset(head.LastOffsetDelta) + 1
	return base, kafka.None
}

// say writes a line of the trace.
func (w *world) say(format string, args ...any) {
	w.trace.WriteString(w.shorten(fmt.Sprintf(format, args...)) + "\n")
}

var uuid = regexp.MustCompile(`[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}`)

// shorten writes $1 for the first random id that was seen, and so on.
func (w *world) shorten(text string) string {
	return uuid.ReplaceAllStringFunc(text, func(id string) string {
		for i := range w.ids {
			if w.ids[i] == id {
				return "$" + strconv.Itoa(i+1)
			}
		}
		w.ids = append(w.ids, id)
		return "$" + strconv.Itoa(len(w.ids))
	})
}

// long is the text with the ids that $1 and so on stand for.
func (w *world) long(text string) string {
	for i := len(w.ids); i > 0; i-- {
		text = strings.ReplaceAll(text, "$"+strconv.Itoa(i), w.ids[i-1])
	}
	return text
}

// lead takes the leadership, in a new epoch, and loads.
func (w *world) lead() {
	w.epoch++
	w.follow(true)
}

func (w *world) follow(leads bool) {
	w.g.Follow(w.now, &msg.CoordinatorPartition{
		Log: kafka.TopicPartition{Topic: offsetsTopic}, Leads: leads, Epoch: w.epoch, HighWatermark: w.high, End: w.end,
		BatchBytesMax: 1 << 20,
	}, w.view())
	w.drain()
}

// read answers what a load reads.
func (w *world) read() {
	for len(w.g.Out.Reads) > 0 {
		r := w.g.Out.Reads[0]
		w.g.Out.Reads = w.g.Out.Reads[1:]
		d := &port.ReadDone{ID: r.ID, Log: r.Log}
		for _, b := range w.batches {
			if h, _, _, _ := record.Split(b); h.End() > r.From && h.BaseOffset < r.Upto {
				d.Data = append(d.Data, b...)
			}
		}
		w.g.ReadDone(w.now, d, w.view())
		w.drain()
	}
}

// settle commits all, unless the log is held.
func (w *world) settle() {
	w.drain()
	if !w.held && w.high < w.end {
		w.high = w.end
		w.follow(true)
	}
	w.read()
	w.g.Check()
}

// drain writes down what came out.
func (w *world) drain() {
	for _, r := range w.g.Out.Replies {
		w.say("%s", r.AppendText(nil))
	}
	for _, n := range w.g.Out.Notes {
		w.say("note %d %s", n.Kind, n.Text)
	}
	w.g.Out.Replies, w.g.Out.Notes = nil, nil
}

func (w *world) ask(r msg.GroupRequest) {
	w.g.Request(w.now, r, w.view())
	w.drain()
}

// nextOp numbers the requests.
func (w *world) nextOp() msg.Op {
	w.op++
	return w.op
}

// pass lets time go on, deadline by deadline.
func (w *world) pass(d kafka.Millis) {
	end := w.now.Mono.Add(d.Nanos())
	for {
		at := w.g.NextDeadline()
		if at == 0 || at > end {
			break
		}
		w.to(max(at, w.now.Mono))
		w.g.Deadline(w.now, w.view())
		w.settle()
	}
	w.to(end)
}

func (w *world) to(at kafka.Mono) {
	w.now.Wall += kafka.Wall((at - w.now.Mono) / kafka.Mono(kafka.Millisecond))
	w.now.Mono = at
}

// optional is an argument that may be left out.
func (w *world) optional(c goldentest.Command, key string) *string {
	v, given := c.Args[key]
	if !given {
		return nil
	}
	v = w.long(v)
	return &v
}

func (w *world) number(c goldentest.Command, key string, otherwise int64) int64 {
	v, given := c.Args[key]
	if !given {
		return otherwise
	}
	n, err := strconv.ParseInt(v, 10, 64)
	if err != nil {
		w.t.Fatal(err)
	}
	return n
}

// list splits an argument at commas.
func (w *world) list(c goldentest.Command, key string) []string {
	if c.Args[key] == "" {
		return nil
	}
	return strings.Split(w.long(c.Args[key]), ",")
}

func init() {
	// hold keeps what is appended from being committed, commit ends that.
	commands["hold"] = func(w *world, _ goldentest.Command) { w.held = true }
	commands["commit"] = func(w *world, _ goldentest.Command) { w.held = false }
	// pass lets milliseconds go by.
	commands["pass"] = func(w *world, c goldentest.Command) { w.pass(kafka.Millis(w.number(c, "ms", 0))) }
	// refuse has the next append refused.
	commands["refuse"] = func(w *world, c goldentest.Command) { w.refuse = kafka.ErrorCode(w.number(c, "err", 0)) }
	// lose takes the leadership away, lead gives it, and with it a load.
	commands["lose"] = func(w *world, _ goldentest.Command) { w.follow(false) }
	commands["lead"] = func(w *world, _ goldentest.Command) { w.lead() }
	// restart begins anew with the metadata as it is and the log.
	commands["restart"] = func(w *world, _ goldentest.Command) {
		w.g = New(w.g.cfg, port.DefaultLimits(), [32]byte{2})
		w.g.Begin(w.view())
		w.lead()
	}
}

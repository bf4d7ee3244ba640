package show

import (
	"slices"
	"strconv"

	"momus/checker"
	"momus/core/kafka"
	"momus/sim"
)

// bar is something that a client did.
type bar struct {
	client   int32
	from, to int64
	events   [2]checker.Event
	// log names the partition that it is of, "" if none.
	log  string
	kind string // class: write, read, admin
	// how is ok, refused or unknown.
	how  string
	text string
}

// barsOf lists what clients did, by the time at which it began.
func barsOf(r *sim.Recording) []bar {
	b := &collector{r: r}
	b.produces()
	b.reads()
	b.asks()
	b.admin()
	slices.SortStableFunc(b.bars, func(a, b bar) int { return int(a.events[0] - b.events[0]) })
	return b.bars
}

type collector struct {
	r    *sim.Recording
	bars []bar
}

// add takes one; an end of 0 is none.
func (c *collector) add(client int32, start, end checker.Event, kind, how, log, text string) {
	b := bar{client: client, from: c.r.Time(start), events: [2]checker.Event{start, end}, log: log, kind: kind, how: how, text: text}
	if b.to = b.from; end > 0 {
		b.to = c.r.Time(end)
	}
	c.bars = append(c.bars, b)
}

func logName(topic string, partition kafka.PartitionID) string {
	return topic + "-" + strconv.Itoa(int(partition))
}

func num[N ~int16 | ~int32 | ~int64](n N) string { return strconv.FormatInt(int64(n), 10) }

// outcome is how an answered request came out.
func outcome(answered bool, err kafka.ErrorCode) (how, text string) {
	switch {
	case !answered:
		return "unknown", ", no answer"
	case err != kafka.None:
		return "refused", ": " + err.String()
	}
	return "ok", ""
}

func (c *collector) produces() {
	for i := range c.r.History.Produces {
		op := &c.r.History.Produces[i]
		log := logName(op.Topic, op.Partition)
		values := "values " + strconv.FormatUint(uint64(op.First), 10) + ".." + strconv.FormatUint(uint64(op.First)+uint64(op.Count)-1, 10)
		for k := range op.Attempts {
			a := &op.Attempts[k]
			how, told := outcome(a.Answered, a.Err)
			if how == "ok" {
				told = " at offset " + num(a.Base)
			}
			if op.Acks == 0 {
				how, told = "unknown", ""
			}
			text := "produce acks=" + num(op.Acks) + " " + log + " " + values + told
			if op.Producer >= 0 {
				text += " (producer " + num(op.Producer) + " epoch " + num(op.Epoch) + " sequence " + num(op.Sequence) + ")"
			}
			if k > 0 {
				text += ", attempt " + strconv.Itoa(k+1)
			}
			c.add(op.Client, a.Start, a.End, "write", how, log, text)
		}
	}
}

// span tells of records.
func span(records []checker.Record) string {
	if len(records) == 0 {
		return "nothing"
	}
	first, last := &records[0], &records[len(records)-1]
	return "offsets " + num(first.Offset) + ".." + num(last.Offset) + ", values " +
		strconv.FormatUint(uint64(first.Value), 10) + ".." + strconv.FormatUint(uint64(last.Value), 10)
}

func (c *collector) reads() {
	h := c.r.History
	for i := range h.Polls {
		p := &h.Polls[i]
		log := logName(p.Topic, p.Partition)
		how, told := outcome(true, p.Err)
		if how == "ok" {
			told = ": " + span(p.Records) + "; high watermark " + num(p.HighWatermark) + ", log start " + num(p.LogStart)
		}
		c.add(p.Client, p.Start, p.End, "read", how, log, "fetch "+log+" from "+num(p.From)+told)
	}
	for i := range h.Reads {
		p := &h.Reads[i]
		log := logName(p.Topic, p.Partition)
		c.add(int32(len(c.r.Clients)-1), p.Start, p.Finish, "read", "ok", log,
			"final read of "+log+", "+num(p.LogStart)+" to "+num(p.End)+": "+span(p.Records))
	}
}

func (c *collector) asks() {
	h := c.r.History
	for i := range h.Lookups {
		p := &h.Lookups[i]
		log := logName(p.Topic, p.Partition)
		how, told := outcome(true, p.Err)
		if how == "ok" {
			told = ": offset " + num(p.Offset)
		}
		c.add(p.Client, p.Start, p.End, "read", how, log, "list offsets "+log+" "+num(p.Asked)+told)
	}
	for i := range h.EpochEnds {
		p := &h.EpochEnds[i]
		how, told := outcome(true, p.Err)
		log := logName(p.Topic, p.Partition)
		c.add(p.Client, p.Start, p.Answer, "read", how, log, "end of epoch "+num(p.Asked)+" of "+log+told+": "+num(p.End))
	}
	for i := range h.Described {
		p := &h.Described[i]
		how, told := outcome(true, p.Err)
		log := logName(p.Topic, p.Partition)
		c.add(p.Client, p.Start, p.Answer, "read", how, log, "producers of "+log+told)
	}
	for i := range h.ConfigsSeen {
		p := &h.ConfigsSeen[i]
		c.add(p.Client, p.Start, p.End, "read", "ok", "", "configuration of "+ofTopic(p.Topic)+": "+p.Key.String()+"="+num(p.Value))
	}
}

func ofTopic(name string) string {
	if name == "" {
		return "all brokers"
	}
	return name
}

func (c *collector) admin() {
	h := c.r.History
	for i := range h.Admin {
		op := &h.Admin[i]
		how, told := outcome(op.Answered, op.Err)
		what := [...]string{checker.CreateTopic: "create ", checker.DeleteTopic: "delete ", checker.GrowTopic: "add partitions to "}[op.Kind]
		c.add(op.Client, op.Start, op.End, "admin", how, "", what+op.Topic+told)
	}
	for i := range h.Trims {
		op := &h.Trims[i]
		how, told := outcome(op.Answered, op.Err)
		if how == "ok" {
			told = ": begins at " + num(op.LowWatermark)
		}
		log := logName(op.Topic, op.Partition)
		c.add(op.Client, op.Start, op.End, "admin", how, log, "delete records of "+log+" below "+num(op.Offset)+told)
	}
	for i := range h.Configs {
		op := &h.Configs[i]
		how, told := outcome(op.Answered, op.Err)
		c.add(op.Client, op.Start, op.End, "admin", how, "", "set "+op.Key.String()+"="+num(op.Value)+" of "+ofTopic(op.Topic)+told)
	}
	for i := range h.Inits {
		op := &h.Inits[i]
		how, told := outcome(true, op.Err)
		c.add(op.Client, op.Start, op.End, "admin", how, "", "producer id"+told+": "+num(op.Producer)+" epoch "+num(op.Epoch))
	}
}

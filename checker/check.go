package checker

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"

	"momus/core/kafka"
)

// Violation is something that the promises do not allow.
type Violation struct {
	// Checker names the check that speaks; the gallery of mutations demands checkers by name.
	Checker string
	Text    string
	// Events are those of the operations involved.
	Events []Event
}

// String gives one line.
func (v Violation) String() string {
	text := v.Checker + ": " + v.Text
	for i, e := range v.Events {
		if i == 0 {
			text += " @"
		} else {
			text += ","
		}
		text += strconv.FormatInt(int64(e), 10)
	}
	return text
}

// The names of the checks, as Jepsen's Kafka workload has them where it has them.
const (
	LostWrite         = "lost-write"
	Unseen            = "unseen"
	MovedWrite        = "moved-write"
	Hole              = "hole"
	Resurrection      = "resurrection"
	InconsistentReads = "inconsistent-offsets"
	Duplicate         = "duplicate"
	AbortedRead       = "G1a"
	UncommittedRead   = "uncommitted-read"
	TornBatch         = "torn-batch"
	UnknownValue      = "unknown-value"
	PollSkip          = "int-poll-skip"
	PollBack          = "int-nonmonotonic-poll"
	SendBack          = "nonmonotonic-send"
	LogOrder          = "log-order"
	SequenceGap       = "sequence-gap"
	WatermarkBack     = "watermark-back"
	TimeIndex         = "time-index"
	Metadata          = "metadata"
	Partitions        = "partitions"
	Quorum            = "quorum"
	Retention         = "retention"
	LogStart          = "log-start"
	Config            = "config"
	FalseRefusal      = "false-refusal"
	Fencing           = "fencing"
	ProducerIDs       = "producer-id"
	Expired           = "expiry"
	EpochEnd          = "epoch-end"
	Producers         = "producers"
	Protocol          = "protocol"
	Unavailable       = "unavailable"
	LostDirectory     = "lost-directory"
	LogDirs           = "log-dirs"
	Quota             = "quota"
	Muted             = "muted"
	Connections       = "connections"
	MovedLog          = "moved-log"
	Compaction        = "compaction"
	OffsetLost        = "offset-lost"
	OffsetBack        = "offset-back"
	OffsetUnknown     = "offset-unknown"
	OffsetExpired     = "offset-expiry"
	GroupFencing      = "group-fencing"
	GroupOwner        = "group-owner"
	GroupGeneration   = "group-generation"
	GroupSize         = "group-size"
)

// Report counts what was judged.
type Report struct {
	// Batches by what is known of them. Acks0 were sent without asking for an answer.
	Acks0, Acks1, AcksAll, Idempotent int
	Failed, Unknown                   int
	RecordsAcked                      int
	Retried                           int // batches that took more than one attempt
	Polls, RecordsPolled              int
	Unsaid, SessionsRefused           int // polls that fetch sessions made short, fetches that had no session any more
	Lookups, EpochEnds, Described     int
	SizesTold                         int
	// Moved are the logs that were held against the last move that was acknowledged, MovesAcked those.
	Moved, MovesAcked int
	GroupReport
	Depositions             int // unregistrations of a broker that runs that were acknowledged
	Created, Deleted, Grown int
	QuorumsTold             int
	Altered, ConfigsTold    int // keys whose configuration was changed, or told
	RecordsFinal            int
	// Quotas were set or removed, Throttled the answers that told to wait.
	Quotas, Throttled int
	// IdleClosed are connections that the broker closed for being silent.
	IdleClosed int
	// SlowedConns are those that it closed since more came from their address than its quota allows.
	SlowedConns int
	// Excused are acknowledged records that are missing and may be, by excuse.
	ExcusedPowerLoss, ExcusedDeletion, ExcusedDamage, ExcusedRetention, ExcusedCompaction int
	// Cleanings counts the compactions that replaced segments.
	Cleanings int
	// RefusedDamage counts partitions that were refused at the end for damage to their log,
	// ShownDamage damaged batches that clients were sent and saw to be so.
	RefusedDamage, ShownDamage int
	// RefusedLost counts partitions that were refused at the end since their log directory was lost.
	RefusedLost int
	// Spoiled counts batches that nobody may take and that were refused.
	Spoiled int
	// Keyless counts batches without keys that were refused by compacted topics.
	Keyless int
	// RecordsDeleted counts the DeleteRecords that were acknowledged, by partition.
	RecordsDeleted int
	// StartMoves counts moves of log starts.
	StartMoves int
	// ProducerIDs were given out. Repeats are batches that were acknowledged once more, Fenced those
	// refused for a newer epoch of their producer, Wrapped those that came right after the last sequence,
	// Expiries the producers that logs forgot.
	ProducerIDs, Repeats, Fenced, Wrapped, Expiries int
	// Undecided are acknowledged records whose partition was not read at the end.
	Undecided int
	// ModelKeys are the histories that were held against a model, ModelOps the operations in them; of those whose
	// outcome nobody was told ModelSettled were read later, and ModelOpen were left open. ModelUndecided are
	// histories that no model can judge, by their size or by what happened.
	ModelKeys, ModelOps, ModelSettled, ModelOpen, ModelUndecided int
	// Crashes, and how many of them lost power.
	Crashes, PowerLosses int
}

// Acked is the number of operations that were acknowledged.
func (r *Report) Acked() int {
	return r.Acks1 + r.AcksAll + r.Idempotent + r.Created + r.Deleted + r.RecordsDeleted + r.Altered + r.Grown + r.Quotas + r.OffsetsCommitted
}

// Add sums reports.
func (r *Report) Add(o Report) {
	r.GroupReport.add(&o.GroupReport)
	for _, f := range []struct {
		to *int
		n  int
	}{
		{&r.Acks0, o.Acks0}, {&r.Acks1, o.Acks1}, {&r.AcksAll, o.AcksAll}, {&r.Idempotent, o.Idempotent},
		{&r.Failed, o.Failed}, {&r.Unknown, o.Unknown}, {&r.RecordsAcked, o.RecordsAcked},
		{&r.Retried, o.Retried}, {&r.Polls, o.Polls}, {&r.RecordsPolled, o.RecordsPolled},
		{&r.Lookups, o.Lookups}, {&r.EpochEnds, o.EpochEnds}, {&r.Described, o.Described}, {&r.SizesTold, o.SizesTold}, {&r.Created, o.Created}, {&r.Deleted, o.Deleted}, {&r.Grown, o.Grown}, {&r.QuorumsTold, o.QuorumsTold},
		{&r.Unsaid, o.Unsaid}, {&r.SessionsRefused, o.SessionsRefused},
		{&r.Quotas, o.Quotas}, {&r.Throttled, o.Throttled}, {&r.IdleClosed, o.IdleClosed}, {&r.SlowedConns, o.SlowedConns},
		{&r.Moved, o.Moved}, {&r.MovesAcked, o.MovesAcked}, {&r.Depositions, o.Depositions},
		{&r.Altered, o.Altered}, {&r.ConfigsTold, o.ConfigsTold},
		{&r.RecordsFinal, o.RecordsFinal}, {&r.ExcusedPowerLoss, o.ExcusedPowerLoss},
		{&r.ExcusedDeletion, o.ExcusedDeletion}, {&r.ExcusedDamage, o.ExcusedDamage},
		{&r.Keyless, o.Keyless},
		{&r.Spoiled, o.Spoiled}, {&r.RefusedDamage, o.RefusedDamage}, {&r.RefusedLost, o.RefusedLost}, {&r.ShownDamage, o.ShownDamage}, {&r.Undecided, o.Undecided},
		{&r.ExcusedRetention, o.ExcusedRetention}, {&r.StartMoves, o.StartMoves},
		{&r.RecordsDeleted, o.RecordsDeleted}, {&r.ExcusedCompaction, o.ExcusedCompaction}, {&r.Cleanings, o.Cleanings},
		{&r.Crashes, o.Crashes}, {&r.PowerLosses, o.PowerLosses},
		{&r.ProducerIDs, o.ProducerIDs}, {&r.Repeats, o.Repeats}, {&r.Fenced, o.Fenced},
		{&r.Wrapped, o.Wrapped}, {&r.Expiries, o.Expiries},
		{&r.ModelKeys, o.ModelKeys}, {&r.ModelOps, o.ModelOps}, {&r.ModelSettled, o.ModelSettled},
		{&r.ModelOpen, o.ModelOpen}, {&r.ModelUndecided, o.ModelUndecided},
	} {
		*f.to += f.n
	}
}

// violationsMax bounds what is told of one run: one fault shows in many records.
const violationsMax = 100

// judge is one run of the checks.
type judge struct {
	h          *History
	report     Report
	violations []Violation
	quotaOps   map[quotaName][]*QuotaOp
	limits     [][quotaKeys]limit // of the requests that were served, as far as they were judged
	pictures   []Picture
	index
}

// Check judges a history.
func Check(h *History) ([]Violation, Report) {
	violations, report, _ := Draw(h)
	return violations, report
}

// Draw judges a history, and draws what no order of its operations explains.
func Draw(h *History) ([]Violation, Report, []Picture) {
	j := &judge{h: h}
	for _, o := range h.Oddities {
		j.flag(Protocol, []Event{o.Event}, "client %d: %s", o.Client, o.Text)
	}
	j.build()
	j.checkDamaged()
	j.checkReread()
	j.checkMoveFailures()
	j.count()
	j.checkTopics()
	j.checkGrowth()
	j.checkQuorum()
	j.checkConfigs()
	j.checkQuotas()
	j.checkConns()
	j.checkRates()
	j.checkInits()
	j.checkSizes()
	j.checkGroups()
	for _, l := range j.logs {
		j.checkAcked(l)
		j.checkDense(l)
		j.checkObservations(l)
		j.checkSends(l)
		j.checkLogOrder(l)
		j.checkWatermarks(l)
		j.checkLookups(l)
		j.checkMoves(l)
		j.checkStart(l)
		j.checkCleanings(l)
		j.checkSessions(l)
		j.checkExpiries(l)
		j.checkTrims(l)
		j.checkEpochEnds(l)
		j.checkProducers(l)
		j.checkLost(l)
		j.checkMoved(l)
	}
	for i := range h.Polls {
		j.checkPoll(&h.Polls[i])
	}
	j.checkModels()
	slices.SortStableFunc(j.violations, func(a, b Violation) int { return cmp.Compare(a.Checker, b.Checker) })
	return j.violations, j.report, j.pictures
}

func (j *judge) flag(checker string, events []Event, format string, args ...any) {
	if len(j.violations) < violationsMax {
		j.violations = append(j.violations, Violation{Checker: checker, Text: fmt.Sprintf(format, args...), Events: events})
	}
}

// spoiled demands that a batch which claims more records than it holds was not acknowledged.
func (j *judge) spoiled(op *ProduceOp) {
	if a := op.acked(); a != nil {
		j.flag(Protocol, []Event{a.Start, a.End},
			"%s-%d: a batch that claims more records than its %d was acknowledged at offset %d", op.Topic, op.Partition, op.Count, a.Base)
	} else if j.outcome(op) == failed {
		j.report.Spoiled++
	}
}

// keyless demands the same of a batch without keys for a compacted topic.
func (j *judge) keyless(op *ProduceOp) {
	if a := op.acked(); a != nil && j.hadPolicy(op.Topic, a.Start, a.End, PolicyCompact, PolicyBoth) {
		j.flag(Protocol, []Event{a.Start, a.End},
			"%s-%d: a batch without keys was acknowledged at offset %d, though the topic is compacted", op.Topic, op.Partition, a.Base)
	} else if j.outcome(op) == failed {
		j.report.Keyless++
	}
}

// countPolls counts what was read, and what fetch sessions did.
func (j *judge) countPolls() {
	r := &j.report
	for i := range j.h.Polls {
		r.RecordsPolled += len(j.h.Polls[i].Records)
		if j.h.Polls[i].Unsaid {
			r.Unsaid++
		}
	}
	r.SessionsRefused = j.h.SessionsRefused
}

// count fills in what the report says of the history as such.
func (j *judge) count() {
	r := &j.report
	for i := range j.h.Produces {
		op := &j.h.Produces[i]
		if len(op.Attempts) > 1 {
			r.Retried++
		}
		if op.Spoiled {
			j.spoiled(op)
		}
		if op.Keyless {
			j.keyless(op)
		}
		switch outcome := j.outcome(op); {
		case op.Acks == 0:
			r.Acks0++
		case outcome == failed:
			r.Failed++
		case outcome == unknown:
			r.Unknown++
		case op.Producer != noProducer:
			r.Idempotent++
		case op.Acks == 1:
			r.Acks1++
		default:
			r.AcksAll++
		}
	}
	j.countPolls()
	r.Polls, r.Lookups, r.EpochEnds = len(j.h.Polls), len(j.h.Lookups), len(j.h.EpochEnds)
	for i := range j.h.Described {
		r.Described += len(j.h.Described[i].Producers)
	}
	for i := range j.h.Admin {
		op := &j.h.Admin[i]
		switch {
		case !op.Answered || op.Err != 0:
		case op.Kind == CreateTopic:
			r.Created++
		case op.Kind == GrowTopic:
			r.Grown++
		default:
			r.Deleted++
		}
	}
	for i := range j.h.Trims {
		if op := &j.h.Trims[i]; op.Answered && op.Err == kafka.None {
			r.RecordsDeleted++
		}
	}
	j.countMoves()
	j.countDepositions()
	for i := range j.h.Configs {
		if j.h.Configs[i].acked() {
			r.Altered++
		}
	}
	r.ConfigsTold, r.QuorumsTold = len(j.h.ConfigsSeen), len(j.h.Quorums)
	for i := range j.h.Reads {
		r.RecordsFinal += len(j.h.Reads[i].Records)
	}
	r.Crashes, r.StartMoves, r.Expiries = len(j.h.Crashes), len(j.h.StartMoves), len(j.h.Expiries)
	for i := range j.h.Crashes {
		if j.h.Crashes[i].Power {
			r.PowerLosses++
		}
	}
}

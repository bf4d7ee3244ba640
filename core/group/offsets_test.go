package group

import (
	"bytes"
	"strings"
	"testing"

	"momus/core/canon"
	"momus/core/coord"
	"momus/core/image"
	"momus/core/kafka"
	"momus/core/msg"
	"momus/core/record"
)

func TestACommitIsAnsweredWhenItIsCommittedAndThenFetched(t *testing.T) {
	k := newKeeper(t)
	k.lead()
	k.want("of nobody", k.offset("g", idT, 0, false), "-1")
	k.ask(commitOf("g", 5, 0, 1))
	if got := k.replies(); got != "" {
		t.Fatalf("answered before the commit: %s", got)
	}
	k.ask(&msg.OffsetFetch{Group: "g", All: true})
	if got := k.replies(); got != "" {
		t.Fatalf("told before the commit: %s", got)
	}
	k.commit()
	if got := k.replies(); !strings.HasPrefix(got, "OffsetCommitted") || !strings.Contains(got, "OffsetFetched") {
		t.Fatalf("the answers are %s", got)
	}
	k.want("its offset", k.offset("g", idT, 1, true), "5")
	k.again()
	k.want("after a load", k.offset("g", idT, 1, true), "5")
}

// An offset that was committed of another topic of that name is none of this one's (KAFKA-19154).
func TestAnOffsetOfAnotherTopicIDIsNone(t *testing.T) {
	k := newKeeper(t)
	k.lead()
	k.ask(commitOf("g", 5, 0))
	k.commit()
	k.want("by another id", k.offset("g", kafka.TopicID{2}, 0, false), "-1")
	k.want("by name", k.offset("g", kafka.TopicID{}, 0, false), "5")
}

func TestWhileALogIsLoadedNobodyIsServed(t *testing.T) {
	k := newKeeper(t)
	k.lead()
	k.ask(commitOf("g", 5, 0))
	k.commit()
	k.follow(false)
	k.g.Out.Replies = nil
	k.want("without leadership", k.offset("g", idT, 0, false), "NOT_COORDINATOR")
	k.epoch++
	k.follow(true)
	k.want("while loading", k.offset("g", idT, 0, false), "COORDINATOR_LOAD_IN_PROGRESS")
	k.lead()
	k.want("loaded", k.offset("g", idT, 0, false), "5")
}

// Whoever waits when the leadership ends is told so, and the commits of the next answer nobody.
func TestALostLeadershipAnswersWhoWaits(t *testing.T) {
	k := newKeeper(t)
	k.lead()
	k.ask(commitOf("g", 5, 0))
	k.follow(false)
	if got := k.replies(); !strings.Contains(got, "Err:NOT_COORDINATOR") {
		t.Fatalf("the answer is %s", got)
	}
	k.epoch++
	k.lead()
	if got := k.replies(); got != "" {
		t.Fatalf("somebody is answered again: %s", got)
	}
	k.want("what was in the log", k.offset("g", idT, 0, false), "5")
}

// A commit that takes too long is not undone: whether it is committed is not known.
func TestATimedOutCommitStays(t *testing.T) {
	k := newKeeper(t)
	k.lead()
	k.ask(commitOf("g", 5, 0))
	k.now.Mono = k.g.NextDeadline()
	for k.now.Mono < kafka.Mono(0).Add(6*kafka.Second) {
		k.g.Deadline(k.now, k.view())
		if got := k.replies(); got != "" {
			k.want("the answer", got, "OffsetCommitted{Op:0 Slot:0 Err:COORDINATOR_NOT_AVAILABLE Errs:nil} ")
			k.commit()
			k.want("the offset", k.offset("g", idT, 0, false), "5")
			return
		}
		k.now.Mono = max(k.g.NextDeadline(), k.now.Mono+1)
	}
	t.Fatal("nobody was told")
}

func TestAnAppendThatIsRefusedChangesNothing(t *testing.T) {
	k := newKeeper(t)
	k.lead()
	k.refuse = kafka.ErrNotEnoughReplicas
	k.ask(commitOf("g", 5, 0))
	k.want("the answer", k.replies(), "OffsetCommitted{Op:0 Slot:0 Err:COORDINATOR_NOT_AVAILABLE Errs:nil} ")
	k.refuse = kafka.None
	k.want("the offset", k.offset("g", idT, 0, false), "-1")
	k.g.Check()
}

func TestCommitsAreHeldAgainstTheGroup(t *testing.T) {
	k := newKeeper(t)
	k.lead()
	c := commitOf("g", 5, 0)
	c.Generation = 3
	k.ask(c)
	k.want("a generation of no group", k.replies(), "OffsetCommitted{Op:0 Slot:0 Err:GROUP_ID_NOT_FOUND Errs:nil} ")
	c.KnowsGroupNotFound = false
	k.ask(c)
	k.want("in an old version", k.replies(), "OffsetCommitted{Op:0 Slot:0 Err:ILLEGAL_GENERATION Errs:nil} ")
	c = commitOf("g", 5, 0, 1)
	c.Topics[0].Partitions[0].Metadata = strings.Repeat("é", 4097)
	c.Topics[0].Partitions[1].Metadata = strings.Repeat("é", 4096)
	k.ask(c)
	k.commit()
	k.want("long metadata", k.replies(), "OffsetCommitted{Op:0 Slot:0 Err:NONE Errs:[OFFSET_METADATA_TOO_LARGE NONE]} ")
	k.ask(commitOf(strings.Repeat("x", 40000), 5, 0))
	k.want("a name that fits no record", k.replies(), "OffsetCommitted{Op:0 Slot:0 Err:UNKNOWN_SERVER_ERROR Errs:nil} ")
}

func TestDeletedOffsetsAreGone(t *testing.T) {
	k := newKeeper(t)
	k.lead()
	k.ask(commitOf("g", 5, 0, 1))
	del := &msg.OffsetDelete{Group: "g", Topics: []msg.TopicPartitions{{Name: "t", Partitions: []kafka.PartitionID{1, 7}}}}
	k.ask(del)
	k.commit()
	k.replies()
	k.want("deleted", k.offset("g", idT, 1, false), "-1")
	k.want("kept", k.offset("g", idT, 0, false), "5")
	k.again()
	k.want("deleted, after a load", k.offset("g", idT, 1, false), "-1")
	del.Group = "nobody"
	k.ask(del)
	k.want("of nobody", k.replies(), "OffsetDeleted{Op:0 Slot:0 Err:GROUP_ID_NOT_FOUND Errs:nil} ")
}

// Offsets expire when nobody committed them for the retention, or at the time that their client named; a group
// without any goes too.
func TestOffsetsExpire(t *testing.T) {
	k := newKeeper(t)
	k.lead()
	k.ask(commitOf("g", 5, 0))
	short := commitOf("h", 6, 0)
	short.Retention = 300
	k.ask(short)
	k.commit()
	k.run(200)
	k.want("of its own time, early", k.offset("h", idT, 0, false), "6")
	k.run(300)
	k.want("of its own time", k.offset("h", idT, 0, false), "-1")
	k.want("the retention, early", k.offset("g", idT, 0, false), "5")
	k.run(1000)
	k.want("the retention", k.offset("g", idT, 0, false), "-1")
	if n := len(k.shard().list); n != 0 {
		t.Errorf("%d groups are left", n)
	}
	k.g.Check()
	k.again()
	if n := len(k.shard().list); n != 0 {
		t.Errorf("%d groups come back with a load", n)
	}
}

// What somebody commits for a group that has long been without members stays for the whole retention.
func TestAFreshCommitOfALongEmptyGroupStays(t *testing.T) {
	k := newKeeper(t)
	b := record.NewBuilder(0, 1)
	rec := &record.GroupMetadata{Group: "g", ProtocolType: "consumer", Generation: 3, CurrentStateTimestamp: k.now.Wall - 1500}
	b.Add(1, record.AppendGroupKey(nil, rec), record.AppendGroupValue(nil, rec))
	k.store(b.Append(nil))
	k.lead()
	k.ask(commitOf("g", 5, 0))
	k.commit()
	k.run(900)
	k.want("before the retention", k.offset("g", idT, 0, false), "5")
	k.run(200)
	k.want("after it", k.offset("g", idT, 0, false), "-1")
}

func TestOffsetsOfDeletedTopicsGo(t *testing.T) {
	k := newKeeper(t)
	k.lead()
	k.ask(commitOf("g", 5, 0))
	other := commitOf("h", 6, 0)
	other.Topics[0].ID = kafka.TopicID{2}
	k.ask(other)
	k.commit()
	k.g.ImageChanged(k.now, &image.Delta{TopicsDeleted: []*image.Topic{{Name: "t", ID: idT}}}, k.view())
	k.g.Deadline(k.now, k.view())
	k.commit()
	k.want("of the deleted topic", k.offset("g", kafka.TopicID{}, 0, false), "-1")
	k.want("of another of its name", k.offset("h", kafka.TopicID{}, 0, false), "6")
}

// transactional stores a commit of a producer's transaction, or its end, as a Kafka does.
func (k *keeper) transactional(producer kafka.ProducerID, at kafka.Offset, end record.Control) {
	b := record.NewBuilder(0, 1)
	b.Batch.Attributes |= record.AttributeTransactional
	b.Batch.ProducerID, b.Batch.ProducerEpoch = producer, 0
	if end != nil {
		b.Batch.Attributes |= record.AttributeControl
		b.AddControl(1, end, 0)
	} else {
		rec := &record.OffsetCommit{Group: "g", Topic: "t", Offset: at, LeaderEpoch: -1, CommitTimestamp: 1, ExpireTimestamp: -1}
		b.Add(1, record.AppendGroupKey(nil, rec), record.AppendGroupValue(nil, rec))
	}
	k.store(b.Append(nil))
}

func (k *keeper) plain(at kafka.Offset) {
	b := record.NewBuilder(0, 1)
	rec := &record.OffsetCommit{Group: "g", Topic: "t", Offset: at, LeaderEpoch: -1, CommitTimestamp: 1, ExpireTimestamp: -1}
	b.Add(1, record.AppendGroupKey(nil, rec), record.AppendGroupValue(nil, rec))
	k.store(b.Append(nil))
}

func TestTransactionsCommitsShowAfterTheirMarker(t *testing.T) {
	for _, c := range []struct {
		name                string
		write               func(k *keeper)
		readAny, readStable string
	}{
		{"under way", func(k *keeper) { k.plain(3); k.transactional(1, 10, nil) }, "3", "UNSTABLE_OFFSET_COMMIT"},
		{"committed", func(k *keeper) {
			k.plain(3)
			k.transactional(1, 10, nil)
			k.transactional(1, 0, &record.EndTxnMarker{Commit: true})
		}, "10", "10"},
		{"aborted", func(k *keeper) {
			k.plain(3)
			k.transactional(1, 10, nil)
			k.transactional(1, 0, &record.EndTxnMarker{})
		}, "3", "3"},
		{"a plain commit comes between", func(k *keeper) {
			k.transactional(1, 10, nil)
			k.plain(20)
			k.transactional(1, 0, &record.EndTxnMarker{Commit: true})
		}, "20", "20"},
		{"another's is under way", func(k *keeper) {
			k.transactional(1, 10, nil)
			k.transactional(2, 11, nil)
			k.transactional(1, 0, &record.EndTxnMarker{Commit: true})
		}, "10", "UNSTABLE_OFFSET_COMMIT"},
	} {
		t.Run(c.name, func(t *testing.T) {
			k := newKeeper(t)
			c.write(k)
			k.lead()
			k.want("an offset", k.offset("g", idT, 0, false), c.readAny)
			k.want("a stable one", k.offset("g", idT, 0, true), c.readStable)
			k.g.Check()
		})
	}
}

// A log that a cleaner has been through has tombstones of what never was; types that nobody knows are passed
// over, and a value of an unknown version refuses the load.
func TestALoadTakesWhatCompactionLeaves(t *testing.T) {
	k := newKeeper(t)
	b := record.NewBuilder(0, 1)
	gone := &record.OffsetCommit{Group: "never", Topic: "t"}
	b.Add(1, record.AppendGroupKey(nil, gone), nil)
	b.Add(1, record.AppendGroupKey(nil, &record.GroupMetadata{Group: "never"}), nil)
	b.Add(1, []byte{0, 99, 0}, []byte{0, 0})
	b.Add(1, []byte{0, 11, 0}, []byte{0, 0})
	k.store(b.Append(nil))
	k.plain(4)
	k.lead()
	k.want("the offset", k.offset("g", idT, 0, false), "4")
	if s := k.shard(); s.skipped != 1 || len(s.list) != 1 {
		t.Errorf("%d skipped, %d groups", s.skipped, len(s.list))
	}
	k.follow(false)
	b.Reset(0, 1)
	b.Add(1, record.AppendGroupKey(nil, gone), []byte{0, 77})
	k.store(b.Append(nil))
	k.again()
	k.want("an unknown version", k.offset("g", idT, 0, false), "NOT_COORDINATOR")
	if s := k.shard(); s.log.Phase() != coord.Broken {
		t.Errorf("the log is %s", s.log.Phase())
	}
	k.g.Check()
}

// The state is what its encoding says.
func TestTheStateIsReadAsWritten(t *testing.T) {
	k := newKeeper(t)
	k.plain(3)
	k.transactional(1, 10, nil)
	k.lead()
	k.ask(commitOf("h", 5, 0, 1))
	k.g.Out = Out{}
	was := k.g.AppendCanon(nil)
	var again Groups
	r := canon.NewReader(was)
	again.ReadCanon(r)
	if err := r.End(); err != nil {
		t.Fatal(err)
	}
	again.Rebuild()
	again.Check()
	if !bytes.Equal(again.AppendCanon(nil), was) {
		t.Fatal("the state is another")
	}
	if a, b := k.g.NextDeadline(), again.NextDeadline(); a != b {
		t.Fatalf("the deadline was %d and is %d", a, b)
	}
	k.g = &again
	k.commit()
	k.want("who waited", k.replies(), "OffsetCommitted{Op:0 Slot:0 Err:NONE Errs:[NONE NONE]} ")
	k.want("the offset", k.offset("h", idT, 1, false), "5")
	k.want("the pending one", k.offset("g", idT, 0, true), "UNSTABLE_OFFSET_COMMIT")
}

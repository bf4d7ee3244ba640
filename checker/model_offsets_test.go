package checker

import (
	"slices"
	"strings"
	"testing"

	"momus/core/kafka"
)

// during has the next commit be under way until after what is told then.
func (s *story) during(offset kafka.Offset, tell func()) {
	s.commits("", -1, offset, 0)
	at := len(s.h.Commits) - 1
	tell()
	s.h.Commits[at].End = s.event()
}

// expectOfModel runs a table of stories: what the model objects to, whatever the other checks say of it, or nobody to
// anything.
func expectOfModel(t *testing.T, cases []groupCase) {
	t.Helper()
	for _, c := range cases {
		s := tell(0)
		c.tell(s)
		got, _ := Check(&s.h)
		objects := slices.ContainsFunc(got, func(v Violation) bool { return v.Checker == OffsetModel })
		if objects != (c.want != "") || c.want == "" && len(got) > 0 {
			t.Errorf("%s: want %q, heard %v", c.name, c.want, got)
		}
	}
}

func TestACommittedOffsetIsTheLastOne(t *testing.T) {
	expectOfModel(t, []groupCase{
		{"lost", OffsetModel, func(s *story) { s.commits("", -1, 5, 0); s.fetched(-1, "") }},
		{"goes back", OffsetModel, func(s *story) { s.commits("", -1, 5, 0); s.commits("", -1, 6, 0); s.fetched(5, "m1") }},
		{"told before it was answered", "", func(s *story) { s.during(5, func() { s.fetched(-1, ""); s.fetched(5, "m1") }) }},
		{"told before it was answered, and then none", OffsetModel, func(s *story) { s.during(5, func() { s.fetched(5, "m1"); s.fetched(-1, "") }) }},
		{"two at the same time, in either order", "", func(s *story) {
			s.during(5, func() { s.during(6, func() { s.fetched(6, "m2"); s.fetched(5, "m1") }) })
			s.fetched(5, "m1")
		}},
		{"two at the same time, and one comes twice", OffsetModel, func(s *story) {
			s.during(5, func() { s.during(6, func() { s.fetched(5, "m1"); s.fetched(6, "m2"); s.fetched(5, "m1") }) })
		}},
	})
}

func TestACommitOfUnknownOutcomeIsMadeOnceOrNever(t *testing.T) {
	lostAnswer := func(s *story, offset kafka.Offset) { s.commits("", -1, offset, 0).Answered = false }
	expectOfModel(t, []groupCase{
		{"never", "", func(s *story) { lostAnswer(s, 5); s.fetched(-1, "") }},
		{"late", "", func(s *story) { lostAnswer(s, 5); s.commits("", -1, 6, 0); s.fetched(6, "m2"); s.fetched(5, "m1") }},
		{"twice", OffsetModel, func(s *story) {
			lostAnswer(s, 5)
			s.fetched(5, "m1")
			s.commits("", -1, 6, 0)
			s.fetched(6, "m2")
			s.fetched(5, "m1")
		}},
		{"told, and gone", OffsetModel, func(s *story) { lostAnswer(s, 5); s.fetched(5, "m1"); s.fetched(-1, "") }},
		{"told, and gone with the process", OffsetModel, func(s *story) { lostAnswer(s, 5); s.fetched(5, "m1"); s.crash(false, 0); s.fetched(-1, "") }},
		{"its append timed out, and it is there", "", func(s *story) {
			s.commits("", -1, 5, kafka.ErrCoordinatorNotAvailable)
			s.fetched(5, "m1")
		}},
		{"its append timed out, and it comes after another one", OffsetModel, func(s *story) {
			s.commits("", -1, 5, kafka.ErrCoordinatorNotAvailable)
			s.commits("", -1, 6, 0)
			s.fetched(5, "m1")
		}},
	})
}

func TestAPowerLossTakesCommitsFromTheEnd(t *testing.T) {
	three := func(s *story) {
		s.commits("", -1, 5, 0)
		s.commits("", -1, 6, 0)
		s.commits("", -1, 7, 0)
		s.powerLoss()
	}
	expectOfModel(t, []groupCase{
		{"none of them", "", func(s *story) { three(s); s.fetched(7, "m3"); s.commits("", -1, 8, 0); s.fetched(8, "m4") }},
		{"some", "", func(s *story) { three(s); s.fetched(6, "m2"); s.powerLoss(); s.fetched(5, "m1") }},
		{"all", "", func(s *story) { three(s); s.fetched(-1, ""); s.fetched(-1, "") }},
		{"some, and then less without a loss", OffsetModel, func(s *story) { three(s); s.fetched(6, "m2"); s.fetched(5, "m1") }},
		{"what it took comes back", OffsetModel, func(s *story) { three(s); s.fetched(6, "m2"); s.powerLoss(); s.fetched(7, "m3") }},
		{"a removal", "", func(s *story) { s.commits("", -1, 5, 0); s.removes("t", 0); s.powerLoss(); s.fetched(5, "m1") }},
		{"nothing, since all is flushed", OffsetModel, func(s *story) { s.h.OffsetsFlush = 1; three(s); s.fetched(6, "m2") }},
	})
}

func TestACommittedOffsetIsRemoved(t *testing.T) {
	expectOfModel(t, []groupCase{
		{"at somebody's wish", "", func(s *story) { s.commits("", -1, 5, 0); s.removes("t", 0); s.fetched(-1, "") }},
		{"and is there", OffsetModel, func(s *story) { s.commits("", -1, 5, 0); s.removes("t", 0); s.fetched(5, "m1") }},
		{"maybe", "", func(s *story) {
			s.commits("", -1, 5, 0)
			s.removes("t", 0).Answered = false
			s.fetched(5, "m1")
			s.fetched(-1, "")
		}},
		{"maybe, and it is back", OffsetModel, func(s *story) {
			s.commits("", -1, 5, 0)
			s.removes("t", 0).Answered = false
			s.fetched(-1, "")
			s.fetched(5, "m1")
		}},
		{"another partition's", OffsetModel, func(s *story) { s.commits("", -1, 5, 0); s.removes("t", 0).Partition = 1; s.fetched(-1, "") }},
		{"with its group", "", func(s *story) { s.commits("", -1, 5, 0); s.removes("", 0); s.fetched(-1, "") }},
		{"the group isn't there, and it has an offset", OffsetModel, func(s *story) { s.commits("", -1, 5, 0); s.removes("", kafka.ErrGroupIDNotFound) }},
		{"the group isn't there, and it has an offset, says a commit", OffsetModel, func(s *story) {
			s.commits("", -1, 5, 0)
			s.commits("a", 1, 6, kafka.ErrGroupIDNotFound)
		}},
		{"the group isn't there, and has none", "", func(s *story) { s.fetched(-1, ""); s.removes("", kafka.ErrGroupIDNotFound) }},
		{"it expires", "", func(s *story) {
			s.commits("", -1, 5, 0)
			s.h.OffsetExpiries = append(s.h.OffsetExpiries, OffsetExpiry{Event: s.event(), Group: "g", Topic: "t"})
			s.fetched(-1, "")
		}},
		{"it expires, and that is lost with the process", "", func(s *story) {
			s.commits("", -1, 5, 0)
			s.h.OffsetExpiries = append(s.h.OffsetExpiries, OffsetExpiry{Event: s.event(), Group: "g", Topic: "t"})
			s.crash(false, 0)
			s.fetched(5, "m1")
		}},
		{"another one expired, before", OffsetModel, func(s *story) {
			s.h.OffsetExpiries = append(s.h.OffsetExpiries, OffsetExpiry{Event: s.event(), Group: "g", Topic: "t"})
			s.commits("", -1, 5, 0)
			s.fetched(-1, "")
		}},
		{"its log is damaged", "", func(s *story) {
			s.h.OffsetsTopic = FinalTopic{Name: "o", ID: kafka.TopicID{9}, Partitions: 1}
			s.commits("", -1, 5, 0)
			s.h.Damages = append(s.h.Damages, Damage{Event: s.event(), Log: kafka.TopicPartition{Topic: kafka.TopicID{9}}})
			s.fetched(-1, "")
		}},
	})
}

func TestOffsetsThatAreHeldAgainstTheirModelAreCounted(t *testing.T) {
	s := tell(0)
	s.commits("", -1, 5, 0)
	s.commits("", -1, 6, 0).Answered = false
	s.commits("", -1, 7, 0).Answered = false
	s.fetched(6, "m2")
	if _, r := Check(&s.h); r.OffsetModelOps != 3 || r.OffsetModelSettled != 1 || r.OffsetModelUndecided != 0 {
		t.Errorf("%+v", r.GroupReport)
	}
	for range modelOpenMax + 1 {
		s.removes("", 0).Answered = false
	}
	s.fetched(6, "m2")
	violations, r := Check(&s.h)
	if r.OffsetModelOps != 0 || r.OffsetModelUndecided != 1 || len(violations) > 0 {
		t.Errorf("%v, %+v", violations, r.GroupReport)
	}
}

func TestAnOffsetThatNoOrderExplainsIsDrawn(t *testing.T) {
	s := tell(0)
	s.commits("", -1, 5, 0)
	s.removes("t", 0)
	s.powerLoss()
	s.fetched(5, "m1")
	s.fetched(-1, "")
	_, _, pictures := Draw(&s.h)
	if len(pictures) != 1 || pictures[0].Name != OffsetModel+"-g-t-0" {
		t.Fatalf("%d pictures", len(pictures))
	}
	for _, want := range []string{"commit 5 (m1)", "remove", "power loss", "told 5 (m1)", "told none"} {
		if !strings.Contains(string(pictures[0].HTML), want) {
			t.Errorf("the picture does not tell of %q", want)
		}
	}
}

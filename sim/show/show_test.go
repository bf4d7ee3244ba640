package show

import (
	"strings"
	"testing"

	"momus/checker"
	"momus/core/kafka"
	"momus/sim"
)

func recorded(seed uint64) *sim.Recording {
	r := &sim.Recording{}
	sim.New(seed, sim.Options{Record: r}).Run()
	return r
}

func TestARecordingDoesNotChangeTheRun(t *testing.T) {
	r := recorded(3)
	if plain := sim.New(3, sim.Options{}).Run(); plain.Hash != r.Report.Hash || plain.Steps != r.Report.Steps {
		t.Errorf("hash %x with a recording, %x without", r.Report.Hash, plain.Hash)
	}
	if len(r.Lives) < 2 || len(r.Offsets) == 0 || len(r.Phases) != 5 || len(r.Times) == 0 || len(r.Faults) == 0 {
		t.Errorf("%d lives, %d offsets, %d phases, %d events, %d faults", len(r.Lives), len(r.Offsets), len(r.Phases), len(r.Times), len(r.Faults))
	}
	for i := range r.Lives {
		if l := r.Lives[i]; l.Ready != 0 && l.Ready < l.Begin || i > 0 && l.Begin < r.Lives[i-1].End {
			t.Errorf("life %d: %+v", i, l)
		}
	}
}

func TestAPageShowsAllAndNeedsNothingFromOutside(t *testing.T) {
	r := recorded(3)
	page := string(Page(r, "seed 3", ""))
	for _, want := range []string{"<h1>seed 3", ">node<", ">disk<", ">network<", "0 admin", "reader", "log end", "The whole run"} {
		if !strings.Contains(page, want) {
			t.Errorf("%q is not on the page", want)
		}
	}
	for _, refuse := range []string{"http:", "https:", "src=", "@import", "url(", "What led to"} {
		if strings.Contains(page, refuse) {
			t.Errorf("%q is on the page", refuse)
		}
	}
	if string(Page(r, "seed 3", "")) != page {
		t.Error("another page of the same recording")
	}
}

// broken is a short run of which one promise is said to be broken, by the operation with the events 3 and 4.
func broken() *sim.Recording {
	r := &sim.Recording{
		Times:   []int64{0, 1e6, 5e8, 6e8, 9e8, 2e9, 30e9},
		Clients: []string{"admin", "acks-1", "<reader>"},
		Lives:   []sim.Life{{Begin: 0, Ready: 1e6, End: 7e8}, {Begin: 8e8, Ready: 85e7}},
		Phases:  []sim.Happening{{At: 0, Name: "faults"}, {At: 1e9, Name: "quiet"}, {At: 29e9, Name: "reading"}},
		Faults:  []sim.Happening{{At: 7e8, Name: "crash-power", N: 1}, {At: 3e8, Name: "snapshots", N: 1}},
		Topics:  map[kafka.TopicID]string{{1}: "t"},
		Offsets: []sim.OffsetsAt{{At: 1e6, Log: kafka.TopicPartition{Topic: kafka.TopicID{1}}, End: 2}},
		History: &checker.History{Produces: []checker.ProduceOp{
			{Client: 1, Topic: "t", Acks: 1, Producer: -1, First: 1, Count: 1, Attempts: []checker.Attempt{{Start: 1, End: 2, Answered: true}}},
			{Client: 1, Topic: "t", Acks: 1, Producer: -1, First: 2, Count: 1, Attempts: []checker.Attempt{{Start: 3, End: 4, Answered: true, Base: 1}}},
		}},
		Report: &sim.Report{Nanos: 31e9, Verdict: sim.Correctness, Violations: []sim.Violation{
			{Checker: "model-log", Text: "t-0: no order", Events: []checker.Event{1, 7}},
			{Checker: "unseen", Text: "unseen: t-0: value 2 & more", Events: []checker.Event{3, 4, 7}},
		}},
	}
	return r
}

func TestWhatABrokenPromiseNamesStandsOut(t *testing.T) {
	page := string(Page(broken(), "seed 9", ""))
	for _, want := range []string{
		"What led to unseen: 0.440 s to 0.760 s", "<b>unseen</b> t-0: value 2 &amp; more", "write ok told", `class="ok named"`, "&lt;reader&gt;",
		"@3", "nothing happens for",
	} {
		if !strings.Contains(page, want) {
			t.Errorf("%q is not on the page", want)
		}
	}
	if strings.Contains(page, "snapshots") || strings.Contains(page, "<reader>") {
		t.Error("what is no fault is drawn as one, or text is not escaped")
	}
}

// TestWhatLedToItIsShownOfTheCheckThatWasExpected has two promises broken, one of which names the final read alone.
func TestWhatLedToItIsShownOfTheCheckThatWasExpected(t *testing.T) {
	for check, want := range map[string]string{
		"": "What led to unseen", "duplicate": "What led to duplicate: 0.440 s to 0.660 s", "moved-write": "What led to moved-write: 0.000 s",
	} {
		r := broken()
		r.Report.Violations = append(r.Report.Violations,
			sim.Violation{Checker: "duplicate", Text: "value 2 lies at offsets 1 and 2", Events: []checker.Event{7}},
			sim.Violation{Checker: "duplicate", Text: "value 2 was at offset 1", Events: []checker.Event{3, 4}},
			sim.Violation{Checker: "moved-write", Text: "value 1 was at offset 0", Events: []checker.Event{1}})
		if page := string(Page(r, "seed 9", check)); !strings.Contains(page, want) {
			t.Errorf("%q is not on the page with %q", want, check)
		}
	}
}

func TestStretchesInWhichNothingHappensAreShort(t *testing.T) {
	s := newScale(0, 10e9, []int64{1e8, 2e8, 9_900_000_000}, 100, 1000)
	if s.x(0) != 100 || s.x(10e9) != 1100 || s.x(-5) != 100 {
		t.Errorf("from %f to %f", s.x(0), s.x(10e9))
	}
	if len(s.cuts) != 1 || s.cuts[0] != [2]int64{2e8, 9_900_000_000} {
		t.Errorf("cuts %v", s.cuts)
	}
	if a, b := s.x(1e8)-s.x(0), s.x(9_900_000_000)-s.x(2e8); b < 2.9*a || b > 3.1*a {
		t.Errorf("a tenth of a second is %f wide, the cut %f", a, b)
	}
	last := -1.0
	for at := int64(0); at <= 10e9; at += 1e7 {
		if x := s.x(at); x < last {
			t.Fatalf("time goes back at %d", at)
		} else {
			last = x
		}
	}
	before := 0.0
	for i, at := range s.ticks(76) {
		if x := s.x(at); i > 0 && x-before < 76 {
			t.Errorf("the tick at %d is %f from the one before", at, x-before)
		} else {
			before = x
		}
	}
}

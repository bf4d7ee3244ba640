package ledger

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"momus/core/kafka"
	"momus/core/port"
	"momus/disk"
)

// ran is the disk of a node that has run in the epoch, and was killed.
func ran(t *testing.T, epoch kafka.BrokerEpoch) *bench {
	b := formatted(t)
	b.whole(func() { Turn(b, dirs, []port.Save{{Kind: port.SaveBrokerEpoch, Seq: 1, BrokerEpoch: epoch}}) })
	return b
}

func TestADirectoryThatSawAnErrorVouchesForNothing(t *testing.T) {
	b := ran(t, 44)
	b.whole(func() {
		Turn(b, dirs, []port.Save{{Kind: port.SaveFaulted, Seq: 2, Dir: idOne, Dirs: []kafka.DirID{idTwo}}})
	})
	facts := gathered(t, b)
	if one := facts.Dirs[0]; !one.SameBoot || one.Faulted {
		t.Errorf("the other directory is not trusted: %+v", one)
	}
	if two := facts.Dirs[1]; two.SameBoot || !two.Faulted || !slices.Equal(facts.Faulted, []kafka.DirID{idTwo}) {
		t.Errorf("it is trusted: %+v, %v", two, facts.Faulted)
	}
	b.whole(func() { Turn(b, dirs, []port.Save{{Kind: port.SaveFaulted, Seq: 3, Dir: idOne}}) })
	if facts = gathered(t, b); !facts.Dirs[1].SameBoot || len(facts.Faulted) != 0 {
		t.Errorf("it is not trusted again: %+v, %v", facts.Dirs[1], facts.Faulted)
	}
}

func TestADirectoryThatTheLastRunWasWithoutVouchesForNothing(t *testing.T) {
	b := ran(t, 44)
	b.whole(func() { Turn(b, dirs, []port.Save{{Kind: port.SaveBrokerEpoch, Seq: 2, Dir: idOne, BrokerEpoch: 45}}) })
	if two := gathered(t, b).Dirs[1]; two.SameBoot || !two.Faulted {
		t.Errorf("it is trusted: %+v", two)
	}
}

func TestABrokenDirectoryIsOfflineAndABrokenMetadataDirectoryIsAnError(t *testing.T) {
	b := formatted(t)
	b.Break("/data/two")
	_, offline, err := Lock(b, layout().Paths, "/data/one")
	must(t, err)
	if !slices.Equal(offline, []string{"/data/two"}) {
		t.Errorf("offline are %q", offline)
	}
	facts, err := Gather(b, layout())
	must(t, err)
	if !slices.Equal(facts.Offline, []string{"/data/two"}) || len(facts.Dirs) != 1 {
		t.Errorf("offline are %q, online %d", facts.Offline, len(facts.Dirs))
	}
	b.Mend("/data/two")
	b.Break("/data/one")
	if _, _, err := Lock(b, []string{"/data/two", "/data/one"}, "/data/one"); !errors.Is(err, disk.ErrIO) {
		t.Errorf("without its metadata directory the node was locked: %v", err)
	}
	if _, err := Gather(b, layout()); !errors.Is(err, disk.ErrIO) {
		t.Errorf("without its metadata directory the node was gathered: %v", err)
	}
}

func TestAnEmptyDirectoryIsAddedUnderAnIDOfItsOwn(t *testing.T) {
	b := formatted(t)
	o := Options{MetadataDir: "/data/one", ClusterID: options().ClusterID, NodeID: options().NodeID}
	three := Dir{kafka.DirID{3, 3}, "/data/three"}
	for range 2 { // the second time it is one already
		if offline, err := Add(b, three, o); offline || err != nil {
			t.Fatalf("offline %v: %v", offline, err)
		}
		three.ID[0]++
	}
	l := layout()
	l.Paths = append(l.Paths, "/data/three")
	facts, err := Gather(b, l)
	must(t, err)
	if got := facts.Dirs[2]; got.Dir != (kafka.DirID{3, 3}) || !got.Faulted {
		t.Errorf("gathered %+v", got)
	}
	must(t, b.MkdirAll("/data/four/foo-0"))
	if _, err := Add(b, Dir{kafka.DirID{4}, "/data/four"}, o); err == nil || !strings.Contains(err.Error(), "it holds the log foo-0") {
		t.Errorf("a directory of somebody's logs: %v", err)
	}
	b.Break("/data/five")
	if offline, err := Add(b, Dir{kafka.DirID{5}, "/data/five"}, o); !offline || err != nil {
		t.Errorf("a broken one: offline %v, %v", offline, err)
	}
}

func TestTheListOfFaultsIsReadAsItWasWritten(t *testing.T) {
	list := []kafka.DirID{idTwo, idOne}
	if got, err := parseFaulted(string(appendFaulted(nil, list))); err != nil || !slices.Equal(got, list) {
		t.Errorf("got %v, %v", got, err)
	}
	for text, want := range map[string]string{
		"": `version "" is not known`, "0": "line 2:", "0\n2\n" + idOne.String() + "\n": "line 2:", "0\n1\nx\n": "line 3:",
	} {
		if _, err := parseFaulted(text); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: got %v, want an error that says %q", text, err, want)
		}
	}
}

func TestAnAcceptedLossIsWrittenDownOnce(t *testing.T) {
	b := formatted(t)
	one := port.AcceptedLoss{Topic: "foo", Partition: 3, Lost: kafka.DirID{7}}
	two := port.AcceptedLoss{Topic: "foo", Partition: 4, Lost: kafka.DirID{7}}
	for _, a := range []port.AcceptedLoss{one, two, one} {
		must(t, Accept(b, "/data/two", a))
	}
	if got := gathered(t, b).Dirs[1].Accepted; !slices.Equal(got, []port.AcceptedLoss{one, two}) {
		t.Errorf("got %+v", got)
	}
	for text, want := range map[string]string{
		"": `version "" is not known`, "0\n1\n": "line 2:", "0\n1\nfoo 3\n": "line 3:", "0\n1\nfoo -3 x\n": "line 3:",
	} {
		put(t, b, "/data/two/"+acceptedFile, text)
		if _, err := Gather(b, layout()); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: got %v, want an error that says %q", text, err, want)
		}
	}
}

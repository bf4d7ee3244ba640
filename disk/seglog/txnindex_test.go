package seglog

import (
	"encoding/binary"
	"fmt"
	"slices"
	"strings"
	"testing"

	"momus/core/kafka"
	"momus/core/port"
)

// abortedAt makes a transaction index as Kafka would, with a marker at each of the offsets.
func abortedAt(markers ...kafka.Offset) (b []byte) {
	for _, at := range markers {
		b = binary.BigEndian.AppendUint16(b, 0)
		for _, field := range []int64{7, int64(at) - 3, int64(at), int64(at) + 1} { // producer, first, last, last stable
			b = binary.BigEndian.AppendUint64(b, uint64(field))
		}
	}
	return b
}

// withTxnIndexes is a log of three segments, at 0, 15 and 30, closed, beside which a Kafka left indexes.
func withTxnIndexes(t *testing.T) *rig {
	fs, _ := simulated()
	r := newRig(t, fs, nil)
	r.open()
	r.fill(15, 5)
	r.must(port.LogOp{Kind: port.OpClose, Gen: r.gen})
	for base, b := range map[kafka.Offset][]byte{0: abortedAt(5, 11), 15: abortedAt(17, 20, 26), 30: abortedAt(32, 38, 44), 60: abortedAt(61)} {
		f, err := fs.Create(testPath + "/" + segmentName(base) + txnIndexSuffix)
		if err == nil {
			err = f.WriteAt(b, 0)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	r.restart()
	r.spec.StopWasClean = true
	return r
}

// txnIndexes lists the transaction indexes of the rig's log with the markers that they name.
func (r *rig) txnIndexes() string {
	entries, err := r.fs.ReadDir(testPath)
	if err != nil {
		r.t.Fatalf("listing: %v", err)
	}
	var b strings.Builder
	for _, e := range entries {
		if !strings.Contains(e.Name, txnIndexSuffix) {
			continue
		}
		b.WriteString(strings.TrimLeft(strings.TrimSuffix(e.Name, txnIndexSuffix), "0") + ":")
		for i, all := 0, r.content(e.Name); i < len(all); i += txnEntryBytes {
			fmt.Fprintf(&b, " %d", binary.BigEndian.Uint64([]byte(all[i+txnLastAt:])))
		}
		b.WriteString("\n")
	}
	return b.String()
}

func TestATransactionIndexGoesWithItsSegment(t *testing.T) {
	r := withTxnIndexes(t)
	r.open()
	if got, want := r.txnIndexes(), ": 5 11\n15: 17 20 26\n30: 32 38 44\n"; got != want {
		t.Fatalf("opened, an index without a log gone: %q, want %q", got, want)
	}
	r.must(port.LogOp{Kind: port.OpAdvanceStart, Gen: r.gen, Base: 16})
	r.purge()
	if got, want := r.txnIndexes(), "15: 17 20 26\n30: 32 38 44\n"; got != want {
		t.Errorf("after the first segment went: %q, want %q", got, want)
	}
}

func TestATransactionIndexLosesWhatIsCutOff(t *testing.T) {
	for end, want := range map[kafka.Offset]string{
		45: ": 5 11\n15: 17 20 26\n30: 32 38 44\n",
		39: ": 5 11\n15: 17 20 26\n30: 32 38\n",
		21: ": 5 11\n15: 17 20\n",
		15: ": 5 11\n15:\n",
	} {
		r := withTxnIndexes(t)
		r.open()
		r.gen++
		r.must(port.LogOp{Kind: port.OpTruncate, Gen: r.gen, End: end})
		r.purge()
		if got := r.txnIndexes(); got != want {
			t.Errorf("cut at %d: %q, want %q", end, got, want)
		}
	}
}

func TestRecoveryCutsTheTransactionIndexWithTheTail(t *testing.T) {
	r := withTxnIndexes(t)
	r.spoil(segmentName(30)+".log", cutTo(5*batchBytes-1))
	r.spec.StopWasClean, r.spec.StopWasLossy, r.spec.RecoveryPoint = false, true, 0
	if o := r.open(); o.End != 42 {
		t.Fatalf("it ends at %d, want 42", o.End)
	}
	if got, want := r.txnIndexes(), ": 5 11\n15: 17 20 26\n30: 32 38\n"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
	r.spoil(segmentName(15)+".log", cutTo(5*batchBytes-1))
	r.restart()
	r.open()
	if got, want := r.txnIndexes(), ": 5 11\n15: 17 20 26\n"; got != want {
		t.Errorf("a segment is gone: %q, want %q", got, want)
	}
	if names := strings.Fields(r.list()); slices.ContainsFunc(names, func(n string) bool { return strings.Contains(n, deletedSuffix) }) {
		t.Errorf("left over: %v", names)
	}
}

package dump

import (
	"encoding/binary"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"momus/core/fold"
	"momus/core/kafka"
	"momus/core/record"
)

// segment is two batches of two records and of one, with a header and a null value among them.
func segment() []byte {
	b := record.NewBuilder(5, 3)
	b.Batch.ProducerID, b.Batch.ProducerEpoch, b.Batch.BaseSequence = 9, 1, 40
	b.Add(1000, []byte("k"), []byte("v"), record.RecordHeader{Key: "h", Value: []byte("x")})
	b.Add(1002, nil, nil)
	first := b.Append(nil)
	b = record.NewBuilder(7, 3)
	b.Add(1001, []byte("k2"), []byte("\xff"))
	return b.Append(first)
}

// dumped writes the files into a directory, dumps the one that is named, and gives what was printed without
// the directory's name.
func dumped(t *testing.T, o Options, name string, files map[string][]byte) (string, int) {
	t.Helper()
	dir := t.TempDir()
	for name, b := range files {
		if err := os.WriteFile(filepath.Join(dir, name), b, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	var out strings.Builder
	problems, err := Files(&out, []string{filepath.Join(dir, name)}, o)
	if err != nil {
		t.Fatal(err)
	}
	return strings.ReplaceAll(out.String(), dir+"/", ""), problems
}

func wantText(t *testing.T, got string, lines ...string) {
	t.Helper()
	if want := strings.Join(lines, "\n") + "\n"; got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

const log5 = "00000000000000000005.log"

func TestASegmentIsPrintedInKafkasWords(t *testing.T) {
	got, problems := dumped(t, Options{Records: true}, log5, map[string][]byte{log5: segment()})
	if problems != 0 {
		t.Errorf("%d problems in a sound segment", problems)
	}
	crc := func(at int) string {
		return strings.Fields(strings.SplitN(got, "crc: ", at+1)[at])[0]
	}
	wantText(t, got,
		"Dumping "+log5,
		"Log starting offset: 5",
		"baseOffset: 5 lastOffset: 6 count: 2 baseSequence: 40 lastSequence: 41 producerId: 9 producerEpoch: 1 partitionLeaderEpoch: 3 isTransactional: false "+
			"isControl: false deleteHorizonMs: OptionalLong.empty position: 0 CreateTime: 1002 size: 81 magic: 2 compresscodec: none crc: "+crc(1)+" isvalid: true",
		"| offset: 5 CreateTime: 1000 keySize: 1 valueSize: 1 sequence: 40 headerKeys: [h] key: k payload: v",
		"| offset: 6 CreateTime: 1002 keySize: -1 valueSize: -1 sequence: 41 headerKeys: []",
		"baseOffset: 7 lastOffset: 7 count: 1 baseSequence: -1 lastSequence: -1 producerId: -1 producerEpoch: -1 partitionLeaderEpoch: 3 isTransactional: false "+
			"isControl: false deleteHorizonMs: OptionalLong.empty position: 81 CreateTime: 1001 size: 71 magic: 2 compresscodec: none crc: "+crc(2)+" isvalid: true",
		"| offset: 7 CreateTime: 1001 keySize: 2 valueSize: 1 sequence: -1 headerKeys: [] key: k2 payload: \ufffd",
	)
}

func TestJSONHasEveryByte(t *testing.T) {
	got, _ := dumped(t, Options{Records: true, JSON: true}, log5, map[string][]byte{log5: segment()})
	lines := strings.Split(strings.TrimSpace(got), "\n")
	var last struct {
		File   string
		Record struct {
			Offset        int64
			Key           string
			PayloadBase64 []byte
		}
	}
	if err := json.Unmarshal([]byte(lines[len(lines)-1]), &last); err != nil {
		t.Fatal(err)
	}
	if len(lines) != 5 || last.File != log5 || last.Record.Offset != 7 || last.Record.Key != "k2" || string(last.Record.PayloadBase64) != "\xff" {
		t.Errorf("%d lines, the last is %+v", len(lines), last)
	}
}

func TestDamageIsFound(t *testing.T) {
	sound := segment()
	flipped := append([]byte{}, sound...)
	flipped[80] ^= 1
	twice := append(append([]byte{}, sound...), sound...)
	for name, c := range map[string]struct {
		log  []byte
		want string
	}{
		"a flipped bit":       {flipped, "isvalid: false"},
		"a torn batch":        {sound[:len(sound)-3], "At position 81: the file ends 3 bytes before the batch of offset 7 does"},
		"a torn header":       {sound[:90], "At position 81: no batch begins here"},
		"garbage":             {append(append([]byte{}, sound...), make([]byte, 100)...), "At position 152: no batch begins here"},
		"offsets that return": {twice, "Non-consecutive offsets in"},
	} {
		got, problems := dumped(t, Options{Records: true}, log5, map[string][]byte{log5: c.log})
		if problems == 0 || !strings.Contains(got, c.want) {
			t.Errorf("%s: %d problems in\n%s", name, problems, got)
		}
	}
}

func TestIndexesAreHeldAgainstTheirSegment(t *testing.T) {
	offsets := func(offset, at uint32) []byte {
		return binary.BigEndian.AppendUint32(binary.BigEndian.AppendUint32(nil, offset), at)
	}
	times := func(at uint64, offset uint32) []byte {
		return binary.BigEndian.AppendUint32(binary.BigEndian.AppendUint64(nil, at), offset)
	}
	const index, timeindex = "00000000000000000005.index", "00000000000000000005.timeindex"
	for name, c := range map[string]struct {
		file     string
		bytes    []byte
		problems int
		want     string
	}{
		"a sound one":                {index, offsets(2, 81), 0, "offset: 7 position: 81\n"},
		"zeros behind":               {index, append(offsets(2, 81), make([]byte, 16)...), 0, "offset: 7 position: 81\n"},
		"zeros alone":                {index, make([]byte, 800), 0, "is empty."},
		"no such place":              {index, offsets(2, 80), 1, "Index offset: 7, log offset: -1"},
		"no such offset":             {index, offsets(1, 81), 1, "Index offset: 6, log offset: 7"},
		"part of an entry":           {index, offsets(2, 81)[:7], 1, "no multiple of an entry's 8"},
		"an empty one":               {index, nil, 0, "is empty."},
		"a sound one of times":       {timeindex, times(1002, 1), 0, "timestamp: 1002 offset: 6\n"},
		"a time below the greatest":  {timeindex, times(1001, 1), 1, "Found timestamp mismatch in"},
		"an offset within a batch":   {timeindex, times(1002, 0), 1, "Indexed offset: 5, found log offset: 6"},
		"times that fall":            {timeindex, append(times(1002, 1), times(900, 2)...), 2, "Index timestamp: 900, Previous indexed timestamp: 1002"},
		"a time index with no times": {timeindex, nil, 0, "is empty."},
	} {
		got, problems := dumped(t, Options{}, c.file, map[string][]byte{log5: segment(), c.file: c.bytes})
		if problems != c.problems || !strings.Contains(got, c.want) {
			t.Errorf("%s: %d problems in\n%s", name, problems, got)
		}
	}
	got, problems := dumped(t, Options{Sanity: true}, index, map[string][]byte{index: offsets(1<<31+7, 0)})
	if problems != 1 || !strings.Contains(got, "failed sanity check") {
		t.Errorf("an offset below the base passes for sane: %s", got)
	}
}

func TestMetadataIsPrintedAsKafkasJSON(t *testing.T) {
	b := record.NewBuilder(0, 1)
	rack := "r"
	for _, rec := range []record.Metadata{
		&record.TopicRecord{Name: "t", TopicID: kafka.TopicID{1}},
		&record.PartitionChangeRecord{PartitionID: 2, ISR: []kafka.NodeID{1}, Leader: record.LeaderUnchanged, LeaderRecoveryState: record.RecoveryUnchanged},
		&record.RegisterBrokerRecord{BrokerID: 1, Rack: &rack},
		&record.ProducerIDsRecord{NextProducerID: 1000},
		&record.ClientQuotaRecord{Entity: []record.ClientQuotaEntity{{EntityType: "user"}}, Key: "k", Value: 0x3ff8000000000000},
	} {
		first, _ := rec.Versions()
		b.Add(0, nil, record.AppendMetadata(nil, rec, first))
	}
	got, problems := dumped(t, Options{Metadata: true, SkipRecordMetadata: true}, log5, map[string][]byte{log5: b.Append(nil)})
	if problems != 0 {
		t.Errorf("%d problems", problems)
	}
	var lines []string
	for _, line := range strings.Split(got, "\n") {
		if rest, ok := strings.CutPrefix(line, "| payload: "); ok {
			lines = append(lines, rest)
		}
	}
	wantText(t, strings.Join(lines, "\n")+"\n",
		`{"type":"TOPIC_RECORD","version":0,"data":{"name":"t","topicId":"AQAAAAAAAAAAAAAAAAAAAA"}}`,
		`{"type":"PARTITION_CHANGE_RECORD","version":0,"data":{"partitionId":2,"topicId":"AAAAAAAAAAAAAAAAAAAAAA","isr":[1]}}`,
		`{"type":"REGISTER_BROKER_RECORD","version":0,"data":{"brokerId":1,"incarnationId":"AAAAAAAAAAAAAAAAAAAAAA","brokerEpoch":0,"endPoints":[],"features":[],"rack":"r","fenced":false}}`,
		`{"type":"PRODUCER_IDS_RECORD","version":0,"data":{"brokerId":0,"brokerEpoch":0,"nextProducerId":1000}}`,
		`{"type":"CLIENT_QUOTA_RECORD","version":0,"data":{"entity":[{"entityType":"user","entityName":null}],"key":"k","value":1.5,"remove":false}}`,
	)
	got, problems = dumped(t, Options{Metadata: true}, log5, map[string][]byte{log5: segment()})
	if problems == 0 || !strings.Contains(got, "no metadata record") {
		t.Errorf("records of a topic pass for metadata: %s", got)
	}
}

func TestNumbersArePrintedAsJavaDoes(t *testing.T) {
	for want, x := range map[string]float64{
		`"NaN"`: math.NaN(), `"Infinity"`: math.Inf(1), `"-Infinity"`: math.Inf(-1),
		"0.0": 0, "1.0": 1, "1.5": 1.5, "-12345.0": -12345, "9999999.0": 9999999, "1.0E7": 1e7, "1.2345678E7": 12345678,
		"1.048576E8": 104857600, "0.001": 0.001, "1.0E-4": 0.0001, "1.7976931348623157E308": 1.7976931348623157e308,
	} {
		if got := string(javaDouble(x)); got != want {
			t.Errorf("%v is printed as %s, not %s", x, got, want)
		}
	}
}

func TestAQuotaThatIsNoNumberIsPrinted(t *testing.T) {
	b := record.NewBuilder(0, 1)
	for _, x := range []float64{math.NaN(), math.Inf(1), math.Inf(-1)} {
		rec := &record.ClientQuotaRecord{Key: "k", Value: record.FloatBits(math.Float64bits(x))}
		b.Add(0, nil, record.AppendMetadata(nil, rec, 0))
	}
	files := map[string][]byte{log5: b.Append(nil)}
	for _, o := range []Options{{Metadata: true}, {Metadata: true, JSON: true}} {
		got, problems := dumped(t, o, log5, files)
		for _, want := range []string{`"value":"NaN"`, `"value":"Infinity"`, `"value":"-Infinity"`} {
			if problems != 0 || !strings.Contains(got, want) {
				t.Errorf("%d problems, or %s is not in\n%s", problems, want, got)
			}
		}
	}
}

// claimed is a file that tells the largest piece that was asked of it.
type claimed struct {
	*os.File
	most int
}

func (c *claimed) ReadAt(b []byte, at int64) (int, error) {
	c.most = max(c.most, len(b))
	return c.File.ReadAt(b, at)
}

func TestADamagedLengthTakesNoMoreMemoryThanTheFileHasBytes(t *testing.T) {
	b := segment()
	const second, length = 81, 8
	binary.BigEndian.PutUint32(b[second+length:], 1<<31-13) // makes the greatest size there is
	name := filepath.Join(t.TempDir(), log5)
	if err := os.WriteFile(name, b, 0o644); err != nil {
		t.Fatal(err)
	}
	f, err := os.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := f.Close(); err != nil {
			t.Error(err)
		}
	}()
	c := &claimed{File: f}
	var said []string
	err = walk(c, 1<<63-1, func(at int64, _ []byte, h record.Header, err error) error {
		said = append(said, fmt.Sprint(at, " ", err))
		return nil
	})
	want := fmt.Sprintf("81 the file ends %d bytes before the batch of offset 7 does", second+1<<31-1-len(b))
	if err != nil || len(said) != 2 || said[1] != want || c.most > len(b) {
		t.Errorf("%v, %q, not %q, with a piece of %d bytes of %d", err, said, want, c.most, len(b))
	}
}

func TestSmallFilesArePrintedAndDamageIsFound(t *testing.T) {
	state := fold.State{}
	h := record.Header{BaseOffset: 10, LastOffsetDelta: 4, ProducerID: 9, ProducerEpoch: 2, BaseSequence: 5, Count: 5, MaxTimestamp: 77}
	state.Apply(&h)
	producers := state.AppendSnapshot(nil)
	marked := fold.State{}
	marker := record.Header{BaseOffset: 3, Count: 1, ProducerID: 7, BaseSequence: -1, MaxTimestamp: 5, Attributes: record.AttributeControl | record.AttributeTransactional}
	marked.Apply(&marker)
	damaged := append([]byte{}, producers...)
	damaged[20] ^= 1
	for name, c := range map[string]struct {
		file     string
		bytes    []byte
		problems int
		want     string
	}{
		"producers": {"00000000000000000015.snapshot", producers, 0, "producerId: 9 producerEpoch: 2 coordinatorEpoch: -1 " +
			"currentTxnFirstOffset: OptionalLong.empty lastTimestamp: 77 firstSequence: 5 lastSequence: 9 lastOffset: 14 offsetDelta: 4 timestamp: 77\n"},
		"a producer known by a marker": {"00000000000000000004.snapshot", marked.AppendSnapshot(nil), 0,
			"producerId: 7 producerEpoch: 0 coordinatorEpoch: -1 currentTxnFirstOffset: OptionalLong.empty lastTimestamp: 5\n"},
		"damaged producers": {"00000000000000000015.snapshot", damaged, 1, "damaged"},
		"epochs":            {"leader-epoch-checkpoint", []byte("0\n1\n3 50\n"), 0, "epoch: 3 startOffset: 50\n"},
		"offsets":           {"recovery-point-offset-checkpoint", []byte("0\n1\nt 0 7\n"), 0, "topic: t partition: 0 offset: 7\n"},
		"a row too few":     {"recovery-point-offset-checkpoint", []byte("0\n2\nt 0 7\n"), 1, "no whole checkpoint"},
		"a field too few":   {"recovery-point-offset-checkpoint", []byte("0\n1\nt 7\n"), 1, "has not the fields"},
		"letters":           {"recovery-point-offset-checkpoint", []byte("0\n1\nt 0 x\n"), 1, "is no number"},
		"properties":        {"meta.properties", []byte("#x\nversion=1\nnode.id=1\n"), 0, "version: 1\nnode.id: 1\n"},
		"a clean stop":      {".kafka_cleanshutdown", []byte(`{"version":0}`), 0, `{"version":0}`},
		"another file":      {"momus-boot", nil, 0, "Ignoring unknown file momus-boot"},
	} {
		got, problems := dumped(t, Options{}, c.file, map[string][]byte{c.file: c.bytes})
		if problems != c.problems || !strings.Contains(got, c.want) {
			t.Errorf("%s: %d problems in\n%s", name, problems, got)
		}
	}
}

func TestADirectoryStandsForItsFiles(t *testing.T) {
	dir := t.TempDir()
	if _, err := Files(&strings.Builder{}, []string{dir}, Options{}); err == nil || !strings.Contains(err.Error(), "holds no files") {
		t.Errorf("an empty directory: %v", err)
	}
	if err := os.WriteFile(filepath.Join(dir, log5), segment(), 0o644); err != nil {
		t.Fatal(err)
	}
	var out strings.Builder
	if problems, err := Files(&out, []string{dir}, Options{BytesMax: 1}); err != nil || problems != 0 || strings.Count(out.String(), "baseOffset") != 1 {
		t.Errorf("%d problems, %v, in\n%s", problems, err, out.String())
	}
	if _, err := Files(&out, []string{filepath.Join(dir, "none")}, Options{}); err == nil {
		t.Error("a file that there is not is dumped")
	}
}

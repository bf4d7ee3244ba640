package record

import "testing"

func TestBatchWithNewTimestampsIsSound(t *testing.T) {
	builder := NewBuilder(0, 0)
	builder.Add(5, nil, []byte("a"))
	b := builder.Append(nil)
	sent, err := ParseHeader(b)
	if err != nil {
		t.Fatal(err)
	}
	h := sent
	SetTimestamps(b, &h, LogAppendTime, 77)
	got, err := ParseHeader(b)
	if err != nil || got != h || Check(b, got) != nil {
		t.Fatalf("%+v is read as %+v, %v", h, got, err)
	}
	if got.MaxTimestamp != 77 || got.Attributes.TimestampType() != LogAppendTime || got.CRC == sent.CRC {
		t.Fatalf("%+v", got)
	}
	if SetTimestamps(b, &h, CreateTime, 5); h != sent {
		t.Fatalf("put back: %+v, want %+v", h, sent)
	}
}

package wire

import (
	"bytes"
	"testing"

	"momus/core/canon"
	"momus/core/canon/canontest"
	"momus/core/kafka"
	"momus/core/port"
	"momus/core/record"

	"github.com/twmb/franz-go/pkg/kmsg"
	"pgregory.net/rapid"
)

// drawSpan draws a span as it is read back.
func drawSpan(t *rapid.T) port.Span {
	return port.PhantomSpan(rapid.IntRange(0, 1000).Draw(t, "size"))
}

// drawBody draws a request of an API that kmsg decodes, as it is read back.
func drawBody(t *rapid.T) kmsg.Request {
	a := &apis[rapid.IntRange(1, len(apis)-1).Draw(t, "api")]
	v := kafka.APIVersion(rapid.IntRange(int(a.Min), int(a.Max)).Draw(t, "version"))
	b := drawRequest(t, a, v).AppendTo(nil)
	r := kmsg.RequestForKey(int16(a.Key))
	r.SetVersion(int16(v))
	if err := r.ReadFrom(b); err != nil {
		t.Fatal(err)
	}
	return r
}

func drawReplyBody(t *rapid.T) Response {
	a := &apis[rapid.IntRange(2, len(apis)-1).Draw(t, "api")]
	v := kafka.APIVersion(rapid.IntRange(int(a.Min), int(a.Max)).Draw(t, "version"))
	b := drawResponse(t, a, v).AppendTo(nil)
	r := kmsg.ResponseForKey(int16(a.Key))
	r.SetVersion(int16(v))
	if err := r.ReadFrom(b); err != nil {
		t.Fatal(err)
	}
	return r
}

func TestCanonRoundTrips(t *testing.T) {
	canontest.RoundTrip(t, []canontest.Value{
		&ProduceRequest{}, &ProduceResponse{}, &FetchResponse{}, &Request{}, &Reply{},
	}, canontest.Custom(drawSpan), canontest.Custom(drawBody), canontest.Custom(drawReplyBody))
}

func TestHandmadeBodiesRoundTrip(t *testing.T) {
	for _, r := range []Request{
		{Conn: 1, Seq: 2, Version: 9, Body: &ProduceRequest{Version: 9}},
		{Version: 99, Body: &kmsg.ApiVersionsRequest{}},
		{},
	} {
		b := r.AppendCanon(nil)
		c := canon.NewReader(b)
		var got Request
		if got.ReadCanon(c); c.End() != nil || !bytes.Equal(got.AppendCanon(nil), b) {
			t.Errorf("%s: %v", r.AppendText(nil), c.Err)
		}
	}
	for _, r := range []Reply{
		{Conn: 1, Body: &ProduceResponse{Version: 9}},
		{Conn: 1, Body: &FetchResponse{Version: 9}},
		{Conn: 3, Seq: 4},
	} {
		b := r.AppendCanon(nil)
		c := canon.NewReader(b)
		var got Reply
		if got.ReadCanon(c); c.End() != nil || !bytes.Equal(got.AppendCanon(nil), b) {
			t.Errorf("%s: %v", r.AppendText(nil), c.Err)
		}
	}
}

func TestTextNamesEveryField(t *testing.T) {
	one := "one"
	for _, c := range []struct {
		got  []byte
		want string
	}{
		{
			(&Request{Conn: 1, Seq: 2, Version: 12, ClientID: "c", Bytes: 30, Body: &kmsg.MetadataRequest{
				Version: 12, Topics: []kmsg.MetadataRequestTopic{{Topic: &one}, {TopicID: [16]byte{15: 1}}},
			}}).AppendText(nil),
			`Request{Conn:1 Seq:2 Version:12 ClientID:"c" Policies:0 Bytes:30 Body:Metadata v12{Topics=[{TopicID=AAAAAAAAAAAAAAAAAAAAAA Topic="one"} ` +
				`{TopicID=AAAAAAAAAAAAAAAAAAAAAQ Topic=null}] AllowAutoTopicCreation=0 IncludeTopicAuthorizedOperations=0}}`,
		},
		{
			(&Request{Body: &kmsg.FetchRequest{Version: 15, ReplicaState: kmsg.FetchRequestReplicaState{ID: 3, Epoch: 4}}}).AppendText(nil),
			`Request{Conn:0 Seq:0 Version:0 ClientID:"" Policies:0 Bytes:0 Body:Fetch v15{MaxWaitMillis=0 MinBytes=0 MaxBytes=0 IsolationLevel=0 ` +
				`SessionID=0 SessionEpoch=0 Topics=[] ForgottenTopics=[] Rack="" ReplicaState={ID=3 Epoch=4}}}`,
		},
		{
			(&Reply{Conn: 1, Seq: 2, Body: &kmsg.ListOffsetsResponse{Version: 4}}).AppendText(nil),
			`Reply{Conn:1 Seq:2 Body:ListOffsets v4{ThrottleMillis=0 Topics=[]}}`,
		},
		{(&Reply{Conn: 1}).AppendText(nil), `Reply{Conn:1 Seq:0 Body:nil}`},
		{
			(&ProducePartition{Partition: 3, Err: kafka.ErrCorruptMessage, Head: record.Header{Count: 1}}).AppendText(nil)[:35],
			`ProducePartition{Partition:3 Err:CO`,
		},
	} {
		if string(c.got) != c.want {
			t.Errorf("got  %s\nwant %s", c.got, c.want)
		}
	}
}

package wire

import (
	"bytes"
	"testing"

	"momus/core/kafka"

	"github.com/google/go-cmp/cmp"
	"github.com/twmb/franz-go/pkg/kmsg"
	"pgregory.net/rapid"
)

// asKmsg is the twin of a decoded Produce.
func asKmsg(r *ProduceRequest) *kmsg.ProduceRequest {
	k := &kmsg.ProduceRequest{Version: r.Version, TransactionID: r.TransactionalID, Acks: r.Acks, TimeoutMillis: r.TimeoutMillis}
	for _, t := range r.Topics {
		kt := kmsg.ProduceRequestTopic{Topic: t.Name, TopicID: t.ID}
		for _, p := range t.Partitions {
			kp := kmsg.ProduceRequestTopicPartition{Partition: int32(p.Partition)}
			if p.Span.Len() > 0 {
				kp.Records = p.Span.Bytes()
			}
			kt.Partitions = append(kt.Partitions, kp)
		}
		k.Topics = append(k.Topics, kt)
	}
	return k
}

// drop takes out what our form does not keep: unknown tags, and empty against null.
func drop(k *kmsg.ProduceRequest) *kmsg.ProduceRequest {
	k.UnknownTags = kmsg.Tags{}
	if len(k.Topics) == 0 {
		k.Topics = nil
	}
	for i := range k.Topics {
		t := &k.Topics[i]
		t.UnknownTags = kmsg.Tags{}
		if len(t.Partitions) == 0 {
			t.Partitions = nil
		}
		for j := range t.Partitions {
			p := &t.Partitions[j]
			p.UnknownTags = kmsg.Tags{}
			if len(p.Records) == 0 {
				p.Records = nil
			}
		}
	}
	return k
}

func TestProduceIsDecodedAsByKmsg(t *testing.T) {
	a := Lookup(KeyProduce)
	rapid.Check(t, func(t *rapid.T) {
		v := kafka.APIVersion(rapid.IntRange(int(a.Min), int(a.Max)).Draw(t, "version"))
		body := drawRequest(t, a, v).AppendTo(nil)
		var names Names
		got, err := DecodeProduce(v, body, &names)
		if err != nil {
			t.Fatal(err)
		}
		want := &kmsg.ProduceRequest{Version: int16(v)}
		if err := want.ReadFrom(body); err != nil {
			t.Fatal(err)
		}
		same := cmp.Comparer(func(x, y kmsg.Tags) bool { return x.Len() == y.Len() })
		if diff := cmp.Diff(drop(want), asKmsg(got), same); diff != "" {
			t.Fatal(diff)
		}
		if again := got.AppendTo(nil); !bytes.Equal(again, cleared(want).AppendTo(nil)) {
			t.Fatalf("encoded as %x", again)
		}
		if cut := rapid.IntRange(0, len(body)-1).Draw(t, "cut"); cut < len(body) {
			if _, err := DecodeProduce(v, body[:cut], &names); err == nil {
				t.Fatalf("cut to %d, it is accepted", cut)
			}
		}
	})
}

// cleared gives every partition empty records instead of null ones, which we write.
func cleared(k *kmsg.ProduceRequest) *kmsg.ProduceRequest {
	for i := range k.Topics {
		for j := range k.Topics[i].Partitions {
			if p := &k.Topics[i].Partitions[j]; p.Records == nil {
				p.Records = []byte{}
			}
		}
	}
	return k
}

func TestOrdinaryProduceTakesOneAllocation(t *testing.T) {
	body, names := produceBody(100), Names{}
	if _, err := DecodeProduce(9, body, &names); err != nil {
		t.Fatal(err)
	}
	if n := testing.AllocsPerRun(100, func() { _, _ = DecodeProduce(9, body, &names) }); n > 1 {
		t.Errorf("%v allocations", n)
	}
}

// produceBody is a Produce v9 of one batch of one record with a value of n bytes.
func produceBody(n int) []byte {
	k := &kmsg.ProduceRequest{Version: 9, Acks: -1, Topics: []kmsg.ProduceRequestTopic{{
		Topic:      "topic",
		Partitions: []kmsg.ProduceRequestTopicPartition{{Records: goodBatch(n)}},
	}}}
	return k.AppendTo(nil)
}

func BenchmarkDecodeProduce(b *testing.B) {
	for _, size := range []struct {
		name string
		n    int
	}{{"100B", 100}, {"1MB", 1 << 20}} {
		b.Run(size.name, func(b *testing.B) {
			body := produceBody(size.n)
			var names Names
			b.SetBytes(int64(len(body)))
			b.ReportAllocs()
			for b.Loop() {
				r, err := DecodeProduce(9, body, &names)
				if err != nil {
					b.Fatal(err)
				}
				p := &r.Topics[0].Partitions[0]
				if judge(p, 9); p.Err != kafka.None {
					b.Fatal(p.Err)
				}
			}
		})
	}
}

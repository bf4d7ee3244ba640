package wire

import (
	"bytes"
	"errors"
	"math"
	"testing"

	"momus/core/kafka"

	"github.com/twmb/franz-go/pkg/kmsg"
	"pgregory.net/rapid"
)

// frameOf is a request as a client writes it, without its length.
func frameOf(r kmsg.Request, client string) []byte {
	return kmsg.NewRequestFormatter(kmsg.FormatterClientID(client)).AppendRequest(nil, r, 77)[4:]
}

// decode is what a connection does with a frame.
func decode(frame []byte, on Listener) (Header, kmsg.Request, error) {
	h, body, err := ParseHeader(frame, on)
	if err != nil {
		return h, nil, err
	}
	if h.API.Key == KeyProduce {
		var names Names
		r, err := DecodeProduce(h.Version, body, &names)
		return h, r, err
	}
	r, err := DecodeBody(h, body)
	return h, r, err
}

func TestEveryVersionIsDecodedAsItWasWritten(t *testing.T) {
	everyVersion(t, func(t *rapid.T, a *API, v kafka.APIVersion) {
		sent := drawRequest(t, a, v)
		client := rapid.StringN(0, 5, 20).Draw(t, "client")
		frame := frameOf(sent, client)
		want := sent.AppendTo(nil)
		h, got, err := decode(frame, BrokerListener)
		if err != nil {
			t.Fatal(err)
		}
		if h.API != a || h.Version != v || h.Correlation != 77 || string(h.ClientID) != client || h.Unsupported {
			t.Fatalf("header %+v", h)
		}
		if got.Key() != int16(a.Key) || got.GetVersion() != int16(v) {
			t.Fatalf("%T v%d", got, got.GetVersion())
		}
		if a.Key == KeyProduce {
			return // TestProduceIsDecodedAsByKmsg
		}
		clear(frame) // nothing of it may be left in what was decoded
		if again := got.AppendTo(nil); !bytes.Equal(again, want) {
			t.Fatalf("sent %x, decoded as %x", want, again)
		}
	})
}

func TestSchemasEndWhereMessagesDo(t *testing.T) {
	everyVersion(t, func(t *rapid.T, a *API, v kafka.APIVersion) {
		check := func(s *schema, body []byte) {
			if s == nil {
				return // by hand
			}
			if rest, err := walkBody(s, v, a.flexible(v), body); err != nil || len(rest) > 0 {
				t.Fatalf("%x: %v, %d bytes left", body, err, len(rest))
			}
			if cut := rapid.IntRange(0, len(body)).Draw(t, "cut"); cut < len(body) {
				if err := checkBody(s, v, a.flexible(v), body[:cut]); err == nil {
					t.Fatalf("%x, cut to %d, is accepted", body, cut)
				}
			}
		}
		check(a.request, drawRequest(t, a, v).AppendTo(nil))
		check(a.response, drawResponse(t, a, v).AppendTo(nil))
	})
}

// plain is the frame of an API and version with the header form that both allow.
func plain(key, version int16, rest ...byte) []byte {
	return append([]byte{byte(key >> 8), byte(key), byte(version >> 8), byte(version), 0, 0, 0, 9, 0, 1, 'x'}, rest...)
}

func TestOtherVersionsAndListenersAreRefused(t *testing.T) {
	for key := int16(-1); key < 100; key++ {
		a := Lookup(kafka.APIKey(key))
		for _, on := range []Listener{BrokerListener, ControllerListener} {
			for v := int16(-1); v < 25; v++ {
				_, _, err := ParseHeader(plain(key, v, 0), on)
				var want error
				switch {
				case a == nil || a.Listeners&on == 0:
					want = ErrAPI
				case !a.Serves(kafka.APIVersion(v)) && a.Key != KeyAPIVersions:
					want = ErrVersion
				}
				if !errors.Is(err, want) {
					t.Errorf("key %d v%d on %d: %v, want %v", key, v, on, err, want)
				}
			}
		}
	}
}

func TestUnknownVersionOfApiVersionsIsDecodedAsItsFirst(t *testing.T) {
	for _, v := range []int16{-1, 5, 99, math.MaxInt16} {
		h, body, err := decode(plain(18, v, 0, 0xff, 0xff), BrokerListener)
		if err != nil || !h.Unsupported || body.GetVersion() != 0 {
			t.Fatalf("v%d: %+v, %+v, %v", v, h, body, err)
		}
		if r := (&Request{Version: h.Version, Body: body}); !r.UnsupportedVersion() {
			t.Errorf("v%d is not told from v0", v)
		}
	}
	_, body, err := decode(plain(18, 0), BrokerListener)
	if r := (&Request{Version: 0, Body: body}); err != nil || r.UnsupportedVersion() {
		t.Errorf("v0: %v", err)
	}
}

func TestMalformedRequestsAreRefused(t *testing.T) {
	for _, c := range []struct {
		name  string
		frame []byte
		want  error
	}{
		{"empty", nil, ErrShort},
		{"header cut", []byte{0, 18, 0, 0}, ErrShort},
		{"client id cut", []byte{0, 18, 0, 0, 0, 0, 0, 9, 0, 5, 'x'}, ErrShort},
		{"no header tags", plain(18, 3), ErrShort},
		{"http", []byte("GET / HTTP/1.0\r\n\r\n"), ErrAPI},
		{"array cut", plain(3, 1, 0, 0, 0, 9), ErrShort},
		{"topics of Metadata v0, of length -2", plain(3, 0, 0xff, 0xff, 0xff, 0xfe), ErrNull},
		{"null topics of Metadata v0", plain(3, 0, 0xff, 0xff, 0xff, 0xff), ErrNull},
		{"null topic name", plain(3, 1, 0, 0, 0, 1, 0xff, 0xff), ErrNull},
		{"overlong varint", plain(3, 9, 0, 0xff, 0xff, 0xff, 0xff, 0xff, 1), ErrVarint},
		{"null topics of Produce", plain(0, 3, 0xff, 0xff, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 0xff, 0xff), ErrNull},
		{"more partitions than bytes", plain(0, 13, 0, 0, 0, 0, 0, 0, 0, 0, 2, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 9, 0, 0, 0, 0, 0, 0, 0, 0), ErrShort},
	} {
		t.Run(c.name, func(t *testing.T) {
			if _, _, err := decode(c.frame, BrokerListener); !errors.Is(err, c.want) {
				t.Fatalf("%v, want %v", err, c.want)
			}
		})
	}
}

func TestALengthBelowNullIsNull(t *testing.T) {
	for _, frame := range [][]byte{plain(3, 1, 0xff, 0xff, 0xff, 0xff), plain(3, 1, 0xff, 0xff, 0xff, 0xfe), plain(3, 1, 0x80, 0, 0, 0)} {
		_, body, err := decode(frame, BrokerListener)
		if err != nil || body.(*kmsg.MetadataRequest).Topics != nil {
			t.Errorf("%x: %+v, %v", frame[len(frame)-4:], body, err)
		}
	}
	head := []byte{0, 18, 0, 0, 0, 0, 0, 9, 0xff, 0xf0}
	if h, _, err := decode(head, BrokerListener); err != nil || h.ClientID != nil {
		t.Errorf("a client id of length -16: %q, %v", h.ClientID, err)
	}
}

// TestManyTagsCostNothing sends the largest count of tagged fields with none behind it, which
// kmsg alone would loop through for minutes.
func TestManyTagsCostNothing(t *testing.T) {
	for i := range apis {
		a := &apis[i]
		body := kmsg.RequestForKey(int16(a.Key))
		body.SetVersion(int16(a.Max))
		frame := frameOf(body, "")
		frame = append(frame[:len(frame)-1], 0xff, 0xff, 0xff, 0xff, 0x0f)
		if _, _, err := decode(frame, BrokerListener|ControllerListener); err == nil {
			t.Errorf("%s accepts it", a.Name)
		}
	}
}

func TestBytesBehindTheMessageAreIgnored(t *testing.T) {
	// Kafka 4.3.1 does so too.
	_, r, err := decode(plain(3, 1, 0, 0, 0, 0, 1, 2, 3), BrokerListener)
	if m, ok := r.(*kmsg.MetadataRequest); err != nil || !ok || m.Topics == nil || len(m.Topics) != 0 {
		t.Fatalf("%+v, %v", r, err)
	}
}

func TestNamesAreMadeOnce(t *testing.T) {
	var n Names
	b := []byte("topic")
	first := n.Get(b)
	if allocs := testing.AllocsPerRun(10, func() { n.Get(b) }); allocs != 0 || first != "topic" {
		t.Fatalf("%v allocations for %q", allocs, first)
	}
	b[0] = 'T'
	if first != "topic" || n.Get(b) != "Topic" || n.Get(nil) != "" {
		t.Fatal("a name changed with the bytes that it came from")
	}
	for i := range byte(100) {
		if got := n.Get([]byte{'a', i}); got != string([]byte{'a', i}) {
			t.Fatal(got)
		}
	}
}

func TestProduceIsAdvertisedFromZero(t *testing.T) {
	for _, a := range APIs() {
		want := a.Min
		if a.Name == "Produce" {
			want = 0
		}
		if a.AdvertisedMin() != want {
			t.Errorf("%s from %d", a.Name, a.AdvertisedMin())
		}
	}
}

func FuzzBody(f *testing.F) {
	for i := range apis {
		for v := apis[i].Min; v <= apis[i].Max; v++ {
			r := kmsg.RequestForKey(int16(apis[i].Key))
			r.SetVersion(int16(v))
			f.Add(int16(apis[i].Key), int16(v), r.AppendTo(nil))
		}
	}
	f.Fuzz(func(t *testing.T, key, version int16, body []byte) {
		head := plain(key, version)
		if a := Lookup(kafka.APIKey(key)); a != nil && a.flexible(kafka.APIVersion(version)) {
			head = append(head, 0)
		}
		h, r, err := decode(append(head, body...), BrokerListener|ControllerListener)
		if err != nil {
			return
		}
		if p, ok := r.(*ProduceRequest); ok {
			for i := range p.Topics {
				for j := range p.Topics[i].Partitions {
					p.Topics[i].Partitions[j].CheckBatch(h.Version)
				}
			}
		}
		q := Request{Version: h.Version, Body: r}
		q.AppendText(q.AppendCanon(nil))
	})
}

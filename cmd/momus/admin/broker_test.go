package admin

import (
	"bufio"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/spf13/cobra"
	"github.com/twmb/franz-go/pkg/kmsg"
)

// madeUp is a broker behind a pipe that answers as a test says. It serves the APIs for which it has an answer.
type madeUp struct {
	t       *testing.T
	answers map[int16]func(kmsg.Request) kmsg.Response
	mu      sync.Mutex
	asked   []kmsg.Request
}

func newMadeUp(t *testing.T) *madeUp {
	b := &madeUp{t: t, answers: map[int16]func(kmsg.Request) kmsg.Response{}}
	b.on(&kmsg.ApiVersionsRequest{}, func(r kmsg.Request) kmsg.Response {
		v := r.ResponseKind().(*kmsg.ApiVersionsResponse)
		for key := range b.answers {
			row := kmsg.NewApiVersionsResponseApiKey()
			row.ApiKey, row.MaxVersion = key, kmsg.RequestForKey(key).MaxVersion()
			v.ApiKeys = append(v.ApiKeys, row)
		}
		slices.SortFunc(v.ApiKeys, func(a, b kmsg.ApiVersionsResponseApiKey) int { return int(a.ApiKey) - int(b.ApiKey) })
		v.SupportedFeatures = []kmsg.ApiVersionsResponseSupportedFeature{{Name: "metadata.version", MinVersion: 7, MaxVersion: 30}}
		v.FinalizedFeatures = []kmsg.ApiVersionsResponseFinalizedFeature{{Name: "metadata.version", MaxVersionLevel: 30}}
		return v
	})
	b.on(&kmsg.ProduceRequest{}, func(r kmsg.Request) kmsg.Response { return r.ResponseKind() }) // kgo believes nobody without it
	b.on(&kmsg.MetadataRequest{}, func(r kmsg.Request) kmsg.Response { return metadata(r.(*kmsg.MetadataRequest)) })
	return b
}

func (b *madeUp) on(kind kmsg.Request, answer func(kmsg.Request) kmsg.Response) {
	b.answers[kind.Key()] = answer
}

// metadata has the topics orders, of two partitions, one without a leader, and __internal.
func metadata(r *kmsg.MetadataRequest) kmsg.Response {
	v := r.ResponseKind().(*kmsg.MetadataResponse)
	id := "cluster-one"
	v.ClusterID, v.ControllerID = &id, 1
	v.Brokers = []kmsg.MetadataResponseBroker{{NodeID: 1, Host: "broker", Port: 9092}}
	all := map[string]kmsg.MetadataResponseTopic{}
	for i, name := range []string{"orders", "__internal"} {
		t := kmsg.NewMetadataResponseTopic()
		t.Topic, t.IsInternal, t.TopicID = kmsg.StringPtr(name), i == 1, [16]byte{byte(i + 1)}
		for p := range int32(2 - i) {
			part := kmsg.NewMetadataResponseTopicPartition()
			part.Partition, part.Leader, part.LeaderEpoch, part.Replicas, part.ISR = p, 1, 4, []int32{1}, []int32{1}
			if p == 1 {
				part.Leader, part.ErrorCode, part.ISR, part.OfflineReplicas = -1, 5, nil, []int32{1}
			}
			t.Partitions = append(t.Partitions, part)
		}
		all[name] = t
	}
	if r.Topics == nil {
		v.Topics = []kmsg.MetadataResponseTopic{all["orders"], all["__internal"]}
	}
	for _, asked := range r.Topics {
		if asked.Topic == nil {
			for _, t := range all {
				if t.TopicID == asked.TopicID {
					asked.Topic = t.Topic
				}
			}
		}
		t, ok := all[*asked.Topic]
		if !ok {
			t = kmsg.NewMetadataResponseTopic()
			t.Topic, t.ErrorCode = asked.Topic, 3
		}
		v.Topics = append(v.Topics, t)
	}
	return v
}

func (b *madeUp) dial(context.Context, string, string) (net.Conn, error) {
	client, server := net.Pipe()
	go func() {
		if err := b.serve(server); err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrClosedPipe) {
			b.t.Errorf("the made-up broker: %v", err)
		}
		if err := server.Close(); err != nil {
			b.t.Error(err)
		}
	}()
	return client, nil
}

// serve answers one request after another.
func (b *madeUp) serve(c net.Conn) error {
	in := bufio.NewReader(c)
	for {
		var size [4]byte
		if _, err := io.ReadFull(in, size[:]); err != nil {
			return err
		}
		frame := make([]byte, binary.BigEndian.Uint32(size[:]))
		if _, err := io.ReadFull(in, frame); err != nil {
			return err
		}
		r := kmsg.RequestForKey(int16(binary.BigEndian.Uint16(frame)))
		r.SetVersion(int16(binary.BigEndian.Uint16(frame[2:])))
		body := frame[10:]
		if n := int16(binary.BigEndian.Uint16(frame[8:])); n > 0 {
			body = body[n:]
		}
		if r.IsFlexible() {
			body = body[1:] // no tags
		}
		if err := r.ReadFrom(body); err != nil {
			return err
		}
		b.mu.Lock()
		b.asked = append(b.asked, r)
		b.mu.Unlock()
		if b.answers[r.Key()] == nil {
			return fmt.Errorf("asked for %s, which is not served", kmsg.NameForKey(r.Key()))
		}
		answer := b.answers[r.Key()](r)
		answer.SetVersion(r.GetVersion())
		out := append(make([]byte, 4), frame[4:8]...)
		if answer.IsFlexible() && r.Key() != 18 {
			out = append(out, 0)
		}
		out = answer.AppendTo(out)
		binary.BigEndian.PutUint32(out, uint32(len(out)-4))
		if _, err := c.Write(out); err != nil {
			return err
		}
	}
}

// last is the last request of a kind that was asked.
func last[R kmsg.Request](b *madeUp) (found R) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, r := range b.asked {
		if r, ok := r.(R); ok {
			found = r
		}
	}
	return found
}

// dialer is how connections are made.
type dialer = func(ctx context.Context, network, host string) (net.Conn, error)

// ran runs a command line against the broker.
func ran(b *madeUp, line string) (out, errs string, err error) { return ranOver(b.dial, line) }

// ranOver runs a command line over connections that a test makes.
func ranOver(dial dialer, line string) (out, errs string, err error) {
	root := &cobra.Command{Use: "momus", SilenceErrors: true, SilenceUsage: true}
	root.AddCommand(commands(dial)...)
	var stdout, stderr strings.Builder
	root.SetOut(&stdout)
	root.SetErr(&stderr)
	root.SetArgs(strings.Fields(line))
	err = root.ExecuteContext(context.Background())
	return stdout.String(), stderr.String(), err
}

// wantLines wants a command to succeed and print these lines.
func wantLines(t *testing.T, b *madeUp, line string, want ...string) {
	t.Helper()
	out, errs, err := ran(b, line)
	if err != nil || errs != "" {
		t.Errorf("%s: %v\n%s", line, err, errs)
	}
	if text := strings.Join(want, "\n") + "\n"; out != text {
		t.Errorf("%s\n got: %q\nwant: %q", line, out, text)
	}
}

// wantError wants a command to fail with a line that holds the text.
func wantError(t *testing.T, b *madeUp, line, want string) {
	t.Helper()
	_, errs, err := ran(b, line)
	if err == nil {
		t.Errorf("%s succeeds", line)
		return
	}
	if said := errs + err.Error(); !strings.Contains(said, want) || strings.Count(strings.TrimSpace(said), "\n") > 0 {
		t.Errorf("%s\n got: %q\nwant a line with: %q", line, said, want)
	}
}

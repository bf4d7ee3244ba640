package run

import (
	"bufio"
	"encoding/binary"
	"fmt"
	"io"
	"log/slog"
	"net"
	"sync"
	"testing"

	"momus/cluster/config"
	"momus/core/kafka"
	"momus/core/port"
	"momus/core/record"

	"github.com/twmb/franz-go/pkg/kmsg"
)

// smallLimits make every queue fill up, every drain hand over and every connection wait for memory.
func smallLimits() port.Limits {
	l := port.DefaultLimits()
	l.RequestsPerConn, l.EventsPerDrain, l.ReadAheadBytes = 3, 2, 512
	l.BufferBytes, l.TailCacheBytes = 16<<10, 4<<10
	l.TurnCalls, l.OpenFiles = 8, 6
	return l
}

// serveHere starts a node on a port of the loopback that the system picks.
func serveHere(t *testing.T, dir string) *Server {
	t.Helper()
	node, err := config.Load(config.Sources{Overrides: []string{
		"listeners=PLAINTEXT://127.0.0.1:0,CONTROLLER://127.0.0.1:0", "log.dirs=" + dir,
		"log.flush.interval.messages=3", "log.segment.bytes=1048576",
	}})
	if err != nil {
		t.Fatal(err)
	}
	s, err := start(Options{Node: node, Limits: smallLimits(), Check: true, Log: slog.New(slog.NewTextHandler(t.Output(), nil))})
	if err != nil {
		t.Fatal(err)
	}
	<-s.ready
	return s
}

// stopHere ends it and demands that the end is clean and that all memory came back.
func stopHere(t *testing.T, s *Server) {
	t.Helper()
	s.stop()
	if err := s.ended(<-s.exit); err != nil {
		t.Fatal(err)
	}
	for _, lock := range s.locks {
		if err := lock.Unlock(); err != nil {
			t.Fatal(err)
		}
	}
}

// pipe is a client that writes without waiting for answers.
type pipe struct {
	conn net.Conn
	in   *bufio.Reader
	sent int32
}

func dial(s *Server) (*pipe, error) {
	c, err := net.Dial("tcp", s.listeners[0].Addr())
	if err != nil {
		return nil, err
	}
	return &pipe{conn: c, in: bufio.NewReader(c)}, nil
}

// frame is the next request as bytes.
func (p *pipe) frame(r kmsg.Request) []byte {
	b := kmsg.NewRequestFormatter(kmsg.FormatterClientID("pipe")).AppendRequest(nil, r, p.sent)
	p.sent++
	return b
}

// answer takes the answer that must be the nth.
func (p *pipe) answer(n int32) ([]byte, error) {
	var head [8]byte
	if _, err := io.ReadFull(p.in, head[:]); err != nil {
		return nil, fmt.Errorf("answer %d: %w", n, err)
	}
	if got := int32(binary.BigEndian.Uint32(head[4:])); got != n {
		return nil, fmt.Errorf("answer %d came where %d was due", got, n)
	}
	body := make([]byte, binary.BigEndian.Uint32(head[:])-4)
	_, err := io.ReadFull(p.in, body)
	return body, err
}

func produce(topic string, bytes int) kmsg.Request {
	b := record.NewBuilder(0, kafka.NoLeaderEpoch)
	b.Add(1_000_000, nil, make([]byte, bytes))
	part := kmsg.NewProduceRequestTopicPartition()
	part.Records = b.Append(nil)
	of := kmsg.NewProduceRequestTopic()
	of.Topic, of.Partitions = topic, []kmsg.ProduceRequestTopicPartition{part}
	r := kmsg.NewPtrProduceRequest()
	r.Version, r.Acks, r.TimeoutMillis, r.Topics = 9, -1, 30_000, []kmsg.ProduceRequestTopic{of}
	return r
}

// makeTopic asks for the metadata of a topic until it is there.
func makeTopic(p *pipe, name string) error {
	for {
		of := kmsg.NewMetadataRequestTopic()
		of.Topic = &name
		r := kmsg.NewPtrMetadataRequest()
		r.Version, r.AllowAutoTopicCreation, r.Topics = 8, true, []kmsg.MetadataRequestTopic{of}
		n := p.sent
		if _, err := p.conn.Write(p.frame(r)); err != nil {
			return err
		}
		body, err := p.answer(n)
		if err != nil {
			return err
		}
		m := kmsg.NewPtrMetadataResponse()
		m.Version = 8
		if err := m.ReadFrom(body); err != nil {
			return err
		}
		if m.Topics[0].ErrorCode == 0 && m.Topics[0].Partitions[0].ErrorCode == 0 {
			return nil
		}
	}
}

// flood pipelines produces of many sizes between small requests, and takes the answers in order.
func flood(s *Server, topic string, requests int) error {
	p, err := dial(s)
	if err != nil {
		return err
	}
	defer p.conn.Close()
	if err := makeTopic(p, topic); err != nil {
		return err
	}
	first := p.sent
	var all []byte
	for i := range requests {
		if i%3 == 0 {
			small := kmsg.NewPtrApiVersionsRequest()
			all = append(all, p.frame(small)...)
			continue
		}
		all = append(all, p.frame(produce(topic, i*37%6000))...)
	}
	wrote := make(chan error, 1)
	go func() {
		_, err := p.conn.Write(all)
		wrote <- err
	}()
	for n := first; n < p.sent; n++ {
		if _, err := p.answer(n); err != nil {
			return err
		}
	}
	return <-wrote
}

// Whatever runs at once and whoever runs it, each connection's requests are answered, in order, with
// memory for hardly two of them; and a second run finds what the first left.
func TestPipelinedRequestsAreAnsweredInOrder(t *testing.T) {
	dir := t.TempDir()
	for range 2 {
		s := serveHere(t, dir)
		var wait sync.WaitGroup
		for i := range 6 {
			wait.Add(1)
			go func() {
				defer wait.Done()
				if err := flood(s, "topic"+string(rune('a'+i%3)), 300); err != nil {
					t.Errorf("client %d: %v", i, err)
				}
			}()
		}
		wait.Wait()
		stopHere(t, s)
	}
}

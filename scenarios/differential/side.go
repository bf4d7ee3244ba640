package main

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"strings"
	"time"

	"github.com/twmb/franz-go/pkg/kmsg"
)

// answerMax is how long an answer may take. What a broker doesn't answer within it counts as silence.
const answerMax = 20 * time.Second

// unansweredMax is answerMax for what Kafka is known to leave unanswered, so that a run doesn't wait long
// for nothing. Should it answer, it does so within this.
const unansweredMax = 2 * time.Second

// unansweredByKafka are requests, by the names of their APIs and their own, of which Kafka never says anything:
// what handles them throws where nobody catches it.
var unansweredByKafka = map[string]bool{
	"Produce Topics[].Partitions[].Records = null": true,
	"AlterConfigs Resources has its first twice":   true,
	"JoinGroup Protocols[].Metadata = garbage":     true,
}

// side is one of the two brokers.
type side struct {
	name string
	addr string
	conn net.Conn
	// ids are of topics, by what both sides call them.
	ids map[string][16]byte
	// members are the member ids that it gave, by group.
	members map[string]string
	// texts replaces this broker's own texts in answers: from, to, from, to.
	texts *strings.Replacer
	dir   string
	// number is that of the request under way; sink the topic that batches go to.
	number, sink string
	// correlation numbers requests.
	correlation int32
	// versions are what the broker advertises.
	versions []kmsg.ApiVersionsResponseApiKey
}

func newSide(name, addr, dir string) *side {
	return &side{name: name, addr: addr, dir: dir, ids: map[string][16]byte{}, members: map[string]string{}}
}

// learn remembers a topic's id under the topic's name; a topic that is made anew has a new one.
func (s *side) learn(topic string, id [16]byte) {
	if id != ([16]byte{}) && topic != "" {
		s.ids[topic] = id
	}
}

// nameOf is what both sides call an id of this one.
func (s *side) nameOf(id [16]byte) (string, bool) {
	for name, known := range s.ids {
		if known == id {
			return name, true
		}
	}
	return "", false
}

func (s *side) close() {
	if s.conn != nil {
		s.conn.Close() //nolint:errcheck // nothing was asked that is not answered
		s.conn = nil
	}
}

// frame puts the length and the header before a body.
func (s *side) frame(key, version int16, flexible bool, body []byte) []byte {
	s.correlation++
	b := make([]byte, 4, len(body)+40)
	b = binary.BigEndian.AppendUint16(b, uint16(key))
	b = binary.BigEndian.AppendUint16(b, uint16(version))
	b = binary.BigEndian.AppendUint32(b, uint32(s.correlation))
	b = binary.BigEndian.AppendUint16(b, uint16(len(clientID)))
	b = append(b, clientID...)
	if flexible {
		b = append(b, 0)
	}
	b = append(b, body...)
	binary.BigEndian.PutUint32(b, uint32(len(b)-4))
	return b
}

// clientID is how the requests name their sender.
const clientID = "differential"

// send writes a frame, on a new connection if there is none.
func (s *side) send(frame []byte, within time.Duration) error {
	if s.conn == nil {
		conn, err := net.DialTimeout("tcp", s.addr, answerMax)
		if err != nil {
			return fmt.Errorf("%s: %w", s.name, err)
		}
		s.conn = conn
	}
	if err := s.conn.SetDeadline(time.Now().Add(within)); err != nil {
		return err
	}
	_, err := s.conn.Write(frame)
	return err
}

// receive reads the answer: all that follows its correlation id.
func (s *side) receive() ([]byte, ending) {
	var head [8]byte
	if _, err := io.ReadFull(s.conn, head[:]); err != nil {
		s.close()
		return nil, endingOf(err)
	}
	n := int(binary.BigEndian.Uint32(head[:4]))
	if got := int32(binary.BigEndian.Uint32(head[4:])); got != s.correlation || n < 4 {
		s.close()
		return nil, garbled
	}
	b := make([]byte, n-4)
	if _, err := io.ReadFull(s.conn, b); err != nil {
		s.close()
		return nil, endingOf(err)
	}
	return b, answered
}

func endingOf(err error) ending {
	if errors.Is(err, os.ErrDeadlineExceeded) {
		return silent
	}
	return closed
}

// ask sends a request of the set-up and reads its answer into what kmsg calls it.
func (s *side) ask(r kmsg.Request) (kmsg.Response, error) {
	if err := s.send(s.frame(r.Key(), r.GetVersion(), r.IsFlexible(), r.AppendTo(nil)), answerMax); err != nil {
		return nil, err
	}
	b, how := s.receive()
	if how != answered {
		return nil, fmt.Errorf("%s: %s v%d: %s", s.name, kmsg.NameForKey(r.Key()), r.GetVersion(), how)
	}
	return decode(r.Key(), r.GetVersion(), r.IsFlexible(), b)
}

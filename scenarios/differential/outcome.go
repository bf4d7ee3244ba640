package main

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"reflect"

	"github.com/twmb/franz-go/pkg/kmsg"
)

// ending is how an exchange ended.
type ending string

// The endings of an exchange.
const (
	answered ending = "an answer"
	closed   ending = "connection closed"
	silent   ending = "no answer"
	garbled  ending = "not an answer"
)

// outcome is what came of one request at one side.
type outcome struct {
	ending ending
	body   kmsg.Response
}

// apiVersionsKey has an answer whose header has no tags, so that any client can read it (KIP-511).
const apiVersionsKey = 18

// decode reads an answer. It must be the whole message and nothing behind it.
func decode(key, version int16, flexible bool, b []byte) (kmsg.Response, error) {
	if flexible && key != apiVersionsKey {
		if len(b) == 0 || b[0] != 0 {
			return nil, fmt.Errorf("an answer whose header has tags: %x", b)
		}
		b = b[1:]
	}
	r := kmsg.ResponseForKey(key)
	r.SetVersion(version)
	if err := r.ReadFrom(b); err != nil {
		return nil, fmt.Errorf("%s v%d: an answer of %d bytes: %w", kmsg.NameForKey(key), version, len(b), err)
	}
	if again := r.AppendTo(nil); !bytes.Equal(again, b) {
		return nil, fmt.Errorf("%s v%d: an answer that is encoded otherwise:\n%x\n%x", kmsg.NameForKey(key), version, b, again)
	}
	return r, nil
}

// exchange asks one side.
func (s *side) exchange(r *request) (outcome, error) {
	frame := s.frame(r.key, r.version, r.flexible, r.body)
	if r.header != nil {
		frame = r.header(frame)
		binary.BigEndian.PutUint32(frame, uint32(len(frame)-4))
	}
	within := answerMax
	if unansweredByKafka[kmsg.NameForKey(r.key)+" "+r.name] {
		within = unansweredMax
	}
	if err := s.send(frame, within); err != nil {
		s.close()
		return outcome{ending: endingOf(err)}, nil
	}
	if r.unanswered {
		return s.unanswered()
	}
	b, how := s.receive()
	if how != answered {
		return outcome{ending: how}, nil
	}
	version, flexible := r.version, r.flexible
	if r.key == apiVersionsKey && r.downgraded {
		version, flexible = 0, false
	}
	body, err := decode(r.key, version, flexible, b)
	if err != nil {
		return outcome{}, fmt.Errorf("%s: %w", s.name, err)
	}
	return outcome{ending: answered, body: body}, nil
}

// unanswered is what came of a request that gets no answer: a question behind it is answered, or the
// connection is closed.
func (s *side) unanswered() (outcome, error) {
	probe := kmsg.NewPtrApiVersionsRequest()
	if _, err := s.ask(probe); err != nil {
		s.close()
		return outcome{ending: closed}, nil
	}
	return outcome{ending: silent}, nil
}

// good tells whether the outcome is an answer without an error.
func (o *outcome) good() bool {
	return o.ending == answered && firstError(reflect.ValueOf(o.body)) == 0
}

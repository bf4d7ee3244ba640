package main

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"strconv"
	"strings"
	"time"

	"momus/core/kafka"

	"github.com/twmb/franz-go/pkg/kmsg"
)

// What the load of bad input must keep to.
const (
	// badInputMemoryMax bounds the broker's memory through all of it: the budget of buffers (256 MiB), and a
	// base of 96 MiB; a connection may take badInputPerConn beside that.
	badInputMemoryMax = (256 + 96) << 20
	badInputPerConn   = 24 << 10
	// badInputLatencyMax bounds the well-behaved client's 99th percentile: far above what a quiet broker takes,
	// far below a client's timeout. No request may take badInputStallMax.
	badInputLatencyMax = 2 * time.Second
	badInputStallMax   = 6 * time.Second
	// closedWithin is how soon a bad frame must end its connection.
	closedWithin = 10 * time.Second
	refusalLine  = "connection closed for what it sent"
)

// attack is what all parts of the load know.
type attack struct {
	broker string
	log    string
	pid    int
	conns  int
	peak   int64
}

// badInput sends what no client should, while one client behaves well: that one must not notice, each of the
// others is told an error or closed with one line in the broker's log, and memory stays bounded.
func badInput(ctx context.Context, args []string) error {
	fs := flags("badinput")
	a := attack{}
	fs.StringVar(&a.broker, "broker", "", "host:port")
	fs.StringVar(&a.log, "log", "", "the broker's log file")
	fs.IntVar(&a.pid, "pid", 0, "the broker's process id")
	idle := fs.Int("idle", 10_000, "idle connections")
	if err := fs.Parse(args); err != nil {
		return err
	}
	exploding, err := bomb() // before anybody is measured: it takes a while
	if err != nil {
		return err
	}
	good, err := behaveWell(ctx, a.broker)
	if err != nil {
		return err
	}
	defer good.stop()
	for _, step := range []struct {
		name string
		run  func() error
		// least is how many requests of the well-behaved client must be answered meanwhile: a quarter of what a
		// small machine does. Slow senders that hold all buffers leave it a tenth.
		least int
	}{
		{"bad frames", a.badFrames, 1},
		{"bad batches", func() error { return a.badBatches(ctx, exploding) }, 1},
		{"idle connections", func() error { return a.idle(*idle) }, 100},
		{"clients that never read", a.neverRead, 100},
		{"slow senders of large frames", a.slowSenders, 300},
	} {
		before := good.count()
		began := time.Now()
		if err := step.run(); err != nil {
			return fmt.Errorf("%s: %w", step.name, err)
		}
		done, slowest, err := good.since(before)
		for ; err == nil && done == 0; done, slowest, err = good.since(before) {
			if time.Since(began) > badInputStallMax {
				err = fmt.Errorf("it came to nothing within %v", time.Since(began).Round(time.Millisecond))
				break
			}
			time.Sleep(10 * time.Millisecond)
		}
		if err == nil && done < step.least {
			err = fmt.Errorf("it came to %d requests, and should to %d", done, step.least)
		}
		if err != nil {
			return fmt.Errorf("%s: the well-behaved client: %w", step.name, err)
		}
		if err := a.bounded(); err != nil {
			return fmt.Errorf("%s: %w", step.name, err)
		}
		fmt.Printf("  %s: the well-behaved client went on, %d requests, the slowest took %v\n", step.name, done, slowest.Round(time.Millisecond))
	}
	p99, n := good.percentile(99)
	if p99 > badInputLatencyMax {
		return fmt.Errorf("the well-behaved client's 99th percentile is %v of %d requests, at most %v is allowed", p99, n, badInputLatencyMax)
	}
	fmt.Printf("FIGURE badinput: p99 of the well-behaved client %v of %d requests, memory of the broker at most %d MiB\n",
		p99.Round(100*time.Microsecond), n, a.peak>>20)
	return nil
}

// bounded looks at the broker's memory.
func (a *attack) bounded() error {
	text, err := os.ReadFile("/proc/" + strconv.Itoa(a.pid) + "/status")
	if err != nil {
		return err
	}
	for line := range strings.SplitSeq(string(text), "\n") {
		rest, found := strings.CutPrefix(line, "VmHWM:")
		if !found {
			continue
		}
		kib, err := strconv.ParseInt(strings.TrimSpace(strings.TrimSuffix(rest, "kB")), 10, 64)
		if err != nil {
			return err
		}
		a.peak = kib << 10
		if most := int64(badInputMemoryMax + a.conns*badInputPerConn); a.peak > most {
			return fmt.Errorf("the broker took %d MiB, at most %d is allowed", a.peak>>20, most>>20)
		}
		return nil
	}
	return errors.New("the broker's memory is not told")
}

// lines counts the log's lines about connections that were closed.
func (a *attack) lines() (int, error) {
	text, err := os.ReadFile(a.log)
	return strings.Count(string(text), refusalLine), err
}

func framed(body []byte) []byte {
	return append(binary.BigEndian.AppendUint32(nil, uint32(len(body))), body...)
}

// header is that of a request, version 1: no client id.
func header(key, version int16) []byte {
	b := binary.BigEndian.AppendUint16(nil, uint16(key))
	b = binary.BigEndian.AppendUint16(b, uint16(version))
	b = binary.BigEndian.AppendUint32(b, 7)
	return binary.BigEndian.AppendUint16(b, 0xffff)
}

// badFrames sends frames that cannot be understood; each must end its connection, with one line.
func (a *attack) badFrames() error {
	for _, c := range []struct {
		name string
		send []byte
	}{
		{"an oversized frame", []byte{0x7f, 0xff, 0xff, 0xff}},
		{"a frame just above the limit", []byte{0x06, 0x40, 0x00, 0x01}},
		{"a negative frame", []byte{0xff, 0xff, 0xff, 0xff}},
		{"an empty frame", []byte{0, 0, 0, 0}},
		{"another protocol", []byte("GET / HTTP/1.1\r\nHost: broker\r\n\r\n")},
		{"noise", framed([]byte(strings.Repeat("\xde\xad\xbe\xef", 64)))},
		{"a request cut short", framed(append(header(3, 4), 0, 0, 0, 9, 0, 5, 'a'))},
		{"a count beyond the frame", framed(append(header(3, 4), 0x7f, 0xff, 0xff, 0xff))},
		{"an unknown API", framed(header(999, 0))},
		{"a negative API", framed(header(-3, 0))},
		{"an unknown version", framed(header(3, 99))},
		{"half a header", framed([]byte{0, 3, 0})},
	} {
		before, err := a.lines()
		if err != nil {
			return err
		}
		answered, err := a.until(c.send)
		if err != nil || answered > 0 {
			return fmt.Errorf("%s: answered %d bytes, %w", c.name, answered, err)
		}
		after := before
		for deadline := time.Now().Add(closedWithin); after == before && time.Now().Before(deadline); time.Sleep(10 * time.Millisecond) {
			if after, err = a.lines(); err != nil {
				return err
			}
		}
		if after != before+1 {
			return fmt.Errorf("%s: %d lines in the log", c.name, after-before)
		}
	}
	return nil
}

// until sends bytes on a connection and reads until it is closed.
func (a *attack) until(send []byte) (answered int, err error) {
	conn, err := net.Dial("tcp", a.broker)
	if err != nil {
		return 0, err
	}
	defer conn.Close()
	if _, err := conn.Write(send); err != nil {
		return 0, err
	}
	if err := conn.SetReadDeadline(time.Now().Add(closedWithin)); err != nil {
		return 0, err
	}
	b, err := io.ReadAll(conn)
	var timeout net.Error
	if errors.As(err, &timeout) && timeout.Timeout() {
		return len(b), fmt.Errorf("the connection is open after %v", closedWithin)
	}
	return len(b), nil // a reset is a close
}

// idle opens connections that say nothing, and holds them for a while.
func (a *attack) idle(n int) error {
	conns, err := a.open(n)
	defer closeAll(conns)
	if err != nil {
		return err
	}
	time.Sleep(3 * time.Second)
	fmt.Printf("FIGURE badinput: %d idle connections\n", len(conns))
	return a.bounded()
}

func (a *attack) open(n int) ([]net.Conn, error) {
	var conns []net.Conn
	for range n {
		conn, err := net.Dial("tcp", a.broker)
		if err != nil {
			return conns, fmt.Errorf("after %d connections: %w", len(conns), err)
		}
		conns = append(conns, conn)
	}
	a.conns = max(a.conns, n)
	return conns, nil
}

func closeAll(conns []net.Conn) {
	for _, c := range conns {
		c.Close()
	}
}

// slowSenders announces large frames and sends a byte of them a second: a few of the largest that is allowed, and
// thousands of all sizes below. The first byte of a header's client id would be next, so that nothing is refused.
func (a *attack) slowSenders() error {
	conns, err := a.open(slowLarge + slowMany)
	defer closeAll(conns)
	if err != nil {
		return err
	}
	for second := range slowSeconds {
		for i, c := range conns {
			b := []byte{0}
			if second == 0 {
				size := slowSizes[i%len(slowSizes)]
				if i < slowLarge {
					size = 100 << 20
				}
				b = append(binary.BigEndian.AppendUint32(nil, size), header(0, 9)...)
			}
			if _, err := c.Write(b); err != nil {
				return fmt.Errorf("after %d s: %w", second, err)
			}
		}
		time.Sleep(time.Second)
	}
	return a.bounded()
}

const (
	slowLarge   = 32
	slowMany    = 3000
	slowSeconds = 8
)

// slowSizes are those of the frames that are sent slowly, which would fill all of the budget; the least is larger
// than what is read ahead.
var slowSizes = [...]uint32{1 << 20, 256 << 10, 64 << 10, 33 << 10, 17 << 10}

// neverRead asks for much and never reads an answer.
func (a *attack) neverRead() error {
	conns, err := a.open(64)
	defer closeAll(conns)
	if err != nil {
		return err
	}
	fetch := fetchAll()
	for _, c := range conns {
		if err := c.SetWriteDeadline(time.Now().Add(2 * time.Second)); err != nil {
			return err
		}
		for range 50 {
			if _, err := c.Write(fetch); err != nil {
				break // it is not read any more: that is what bounds it
			}
		}
	}
	time.Sleep(3 * time.Second)
	return a.bounded()
}

// fetchAll asks for as much of the well-behaved client's records as there may be in one answer.
func fetchAll() []byte {
	r := kmsg.NewPtrFetchRequest()
	r.Version, r.MaxWaitMillis, r.MinBytes, r.MaxBytes = 11, 100, 1, 50<<20
	t := kmsg.NewFetchRequestTopic()
	t.Topic = goodTopic
	p := kmsg.NewFetchRequestTopicPartition()
	p.PartitionMaxBytes, p.CurrentLeaderEpoch = 50<<20, -1
	t.Partitions = append(t.Partitions, p)
	r.Topics = append(r.Topics, t)
	return kmsg.NewRequestFormatter().AppendRequest(nil, r, 7)
}

// produce sends a Produce by itself and tells the answer for its one partition.
func (a *attack) produce(r *kmsg.ProduceRequest) (kafka.ErrorCode, error) {
	conn, err := net.Dial("tcp", a.broker)
	if err != nil {
		return 0, err
	}
	defer conn.Close()
	r.Version = 7
	if err := conn.SetDeadline(time.Now().Add(closedWithin)); err != nil {
		return 0, err
	}
	if _, err := conn.Write(kmsg.NewRequestFormatter().AppendRequest(nil, r, 7)); err != nil {
		return 0, err
	}
	var size [4]byte
	if _, err := io.ReadFull(conn, size[:]); err != nil {
		return 0, err
	}
	b := make([]byte, binary.BigEndian.Uint32(size[:]))
	if _, err := io.ReadFull(conn, b); err != nil {
		return 0, err
	}
	answer := kmsg.NewPtrProduceResponse()
	answer.Version = r.Version
	if err := answer.ReadFrom(b[4:]); err != nil {
		return 0, err
	}
	return kafka.ErrorCode(answer.Topics[0].Partitions[0].ErrorCode), nil
}

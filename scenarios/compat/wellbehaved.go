package main

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"
)

// wellBehaved is a client that produces and consumes all the while.
type wellBehaved struct {
	cl     *kgo.Client
	cancel context.CancelFunc
	mu     sync.Mutex
	took   []time.Duration
	last   time.Time // when a request was answered last
	err    error
	done   sync.WaitGroup
}

const goodTopic = "well-behaved"

func behaveWell(ctx context.Context, broker string) (*wellBehaved, error) {
	cl, err := connect(broker, fromStart(goodTopic, 1))
	if err != nil {
		return nil, err
	}
	if err := createTopic(ctx, cl, goodTopic, 1); err != nil {
		cl.Close()
		return nil, err
	}
	g := &wellBehaved{cl: cl, last: time.Now()}
	ctx, g.cancel = context.WithCancel(ctx)
	g.done.Add(1)
	go g.loop(ctx)
	for g.count() == 0 { // its first request also learns where everything is
		if _, _, err := g.since(0); err != nil || ctx.Err() != nil {
			g.stop()
			return nil, fmt.Errorf("the well-behaved client: %w", firstOf(err, ctx.Err()))
		}
		time.Sleep(10 * time.Millisecond)
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	g.took = nil
	return g, nil
}

// loop writes a record, waits for its acknowledgement, and reads it.
func (g *wellBehaved) loop(ctx context.Context) {
	defer g.done.Done()
	value := []byte(strings.Repeat("x", 20_000))
	for ctx.Err() == nil {
		began := time.Now()
		r := kgo.Record{Topic: goodTopic, Value: value}
		err := g.cl.ProduceSync(ctx, &r).FirstErr()
		for read := int64(-1); err == nil && read < r.Offset; {
			fetches := g.cl.PollFetches(ctx)
			err = fetches.Err()
			fetches.EachRecord(func(got *kgo.Record) { read = got.Offset })
		}
		if ctx.Err() != nil {
			return
		}
		g.mu.Lock()
		g.took, g.last = append(g.took, time.Since(began)), time.Now()
		if err != nil {
			g.err = err
		}
		g.mu.Unlock()
		if err != nil {
			return
		}
		time.Sleep(5 * time.Millisecond)
	}
}

func (g *wellBehaved) stop() {
	g.cancel()
	g.done.Wait()
	g.cl.Close()
}

func (g *wellBehaved) count() int {
	g.mu.Lock()
	defer g.mu.Unlock()
	return len(g.took)
}

// since tells how many requests were answered since there were so many, and how long the slowest took. One that
// is not answered for longer than that may take is an error.
func (g *wellBehaved) since(before int) (n int, slowest time.Duration, err error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if len(g.took) > before {
		slowest = slices.Max(g.took[before:])
	}
	if since := time.Since(g.last); g.err == nil && since > badInputStallMax {
		return len(g.took) - before, slowest, fmt.Errorf("nothing is answered for %v", since.Round(time.Millisecond))
	}
	return len(g.took) - before, slowest, g.err
}

func (g *wellBehaved) percentile(p int) (time.Duration, int) {
	g.mu.Lock()
	defer g.mu.Unlock()
	all := slices.Sorted(slices.Values(g.took))
	return all[(len(all)-1)*p/100], len(all)
}

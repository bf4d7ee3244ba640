package admin

import (
	"fmt"
	"io"
	"os"
	"time"
)

// progressAfter is how long something may take before anybody is told how far it is.
const progressAfter = 500 * time.Millisecond

// progress tells on a terminal how far a long piece of work is, in one line that is written over.
type progress struct {
	out         io.Writer
	what        string
	done, total int
	began       time.Time
	shown       bool
}

// progress begins one; where standard error is no terminal, nothing is told.
func (s *session) progress(what string, total int) *progress {
	p := &progress{what: what, total: total, began: time.Now()}
	if f, ok := s.err.(*os.File); ok {
		if info, err := f.Stat(); err == nil && info.Mode()&os.ModeCharDevice != 0 {
			p.out = f
		}
	}
	return p
}

func (p *progress) step(n int) { p.at(p.done + n) }

// at says that so much is done.
func (p *progress) at(done int) {
	p.done = done
	if p.out == nil || time.Since(p.began) < progressAfter {
		return
	}
	p.shown = true
	p.print("\r%s %d of %d (%d%%)\x1b[K", p.what, p.done, p.total, 100*p.done/max(p.total, 1))
}

// end takes the line away.
func (p *progress) end() {
	if p.shown {
		p.print("\r\x1b[K")
	}
}

func (p *progress) print(format string, args ...any) {
	if _, err := fmt.Fprintf(p.out, format, args...); err != nil {
		p.out = nil // a terminal that is gone needs no progress
	}
}

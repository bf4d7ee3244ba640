package run

import (
	"net"
	"net/http"
	"time"

	"momus/cluster/metrics"
	"momus/core"
)

// serveHTTP answers on addr until the process ends.
func (s *Server) serveHTTP(addr string) {
	ln, err := net.Listen("tcp", addr)
	if err != nil {
		s.log.Warn("no metrics and no readiness over HTTP", "error", err)
		return
	}
	s.log.Info("metrics and readiness", "http", "http://"+ln.Addr().String()+"/metrics")
	server := http.Server{Handler: http.HandlerFunc(s.page), ReadTimeout: time.Minute, WriteTimeout: time.Minute}
	go server.Serve(ln) // its error is the end of the process
}

// page answers. The core is asked one question at a time: its report has no addressee.
func (s *Server) page(w http.ResponseWriter, r *http.Request) {
	s.asking.Lock()
	for len(s.reports) > 0 {
		<-s.reports // came after all, to a question that was given up
	}
	s.act(&core.Inspect{})
	var report *core.Report
	select {
	case got := <-s.reports:
		report = &got
	case <-time.After(metrics.Patience * time.Millisecond):
	}
	s.asking.Unlock()
	page := metrics.Answer(r.URL.Path, r.URL.RawQuery, &s.meter, report, metrics.Memory{
		BufferBytes: s.pool.Used(), BufferBytesMax: s.pool.Budget,
		OpenFiles: s.files.Open(), OpenFilesMax: s.limits.OpenFiles,
	})
	w.Header().Set("Content-Type", page.Type)
	w.WriteHeader(page.Status)
	w.Write(page.Body) // a peer that went away needs no answer
}

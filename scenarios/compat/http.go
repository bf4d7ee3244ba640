package main

import (
	"bufio"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
)

// observe asks a broker's HTTP listener for everything that it tells, and demands of the metrics that
// they can be read and count something.
func observe(_ context.Context, args []string) error {
	fs := flag.NewFlagSet("observe", flag.ExitOnError)
	address := fs.String("address", "", "host:port of the listener")
	if err := fs.Parse(args); err != nil {
		return err
	}
	for path, want := range map[string]string{"/livez": "ok", "/readyz": "ok", "/readyz?verbose": "readyz passed"} {
		body, err := page(*address, path)
		if err != nil {
			return err
		}
		if lines := strings.Split(strings.TrimSpace(body), "\n"); lines[len(lines)-1] != want {
			return fmt.Errorf("%s says %q", path, body)
		}
	}
	body, err := page(*address, "/metrics")
	if err != nil {
		return err
	}
	values, err := samples(body)
	if err != nil {
		return err
	}
	for _, name := range []string{
		"momus_ready", "momus_active_controller", "momus_partitions", "momus_received_bytes_total", "momus_sent_bytes_total",
		`momus_request_seconds_count{api="Metadata",phase="queue"}`, `momus_request_seconds_count{api="Metadata",phase="send"}`,
		`momus_request_seconds_count{api="Produce",phase="local"}`, `momus_request_seconds_sum{api="Produce",phase="remote"}`,
		`momus_request_seconds_count{api="Produce",phase="response_queue"}`,
	} {
		if values[name] <= 0 {
			return fmt.Errorf("%s is %v", name, values[name])
		}
	}
	fmt.Printf("%d samples\n", len(values))
	return nil
}

func page(address, path string) (string, error) {
	resp, err := http.Get("http://" + address + path)
	if err != nil {
		return "", err
	}
	body, err := io.ReadAll(resp.Body)
	if err = errors.Join(err, resp.Body.Close()); err == nil && resp.StatusCode != http.StatusOK {
		err = fmt.Errorf("%s: %s: %s", path, resp.Status, body)
	}
	return string(body), err
}

// samples are the values of a page of metrics by name and labels.
func samples(body string) (map[string]float64, error) {
	values := map[string]float64{}
	for lines := bufio.NewScanner(strings.NewReader(body)); lines.Scan(); {
		line := lines.Text()
		if strings.HasPrefix(line, "# ") {
			continue
		}
		at := strings.LastIndexByte(line, ' ')
		v, err := strconv.ParseFloat(line[at+1:], 64)
		if err != nil || at < 0 {
			return nil, fmt.Errorf("a line of the metrics is %q", line)
		}
		values[line[:at]] = v
	}
	return values, nil
}

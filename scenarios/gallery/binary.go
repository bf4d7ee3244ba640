package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"
)

// binary is a built momus, clean or broken.
type binary struct {
	path string
	cpu  time.Duration // what its seeds took so far
}

// workshop builds binaries in a directory of its own.
type workshop struct {
	root, dir string
}

// build compiles cmd/momus, with one source replaced if overlay is not empty.
func (w *workshop) build(ctx context.Context, name, overlay string) (*binary, error) {
	b := &binary{path: filepath.Join(w.dir, name)}
	args := []string{"build", "-o", b.path}
	if overlay != "" {
		args = append(args, "-overlay", overlay)
	}
	cmd := exec.CommandContext(ctx, "go", append(args, "./cmd/momus")...)
	cmd.Dir = w.root
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := cmd.CombinedOutput(); err != nil {
		return nil, fmt.Errorf("%s does not build: %w\n%s", name, err, out)
	}
	return b, nil
}

// mutant applies the mutation to its source and builds the result. It returns the hash of the
// source as well.
func (w *workshop) mutant(ctx context.Context, m *mutation) (*binary, string, error) {
	original := filepath.Join(w.root, m.file)
	source, err := os.ReadFile(original)
	if err != nil {
		return nil, "", fmt.Errorf("%s: %w", m.name, err)
	}
	broken, err := m.apply(string(source))
	if err != nil {
		return nil, "", err
	}
	replacement := filepath.Join(w.dir, m.name+".go")
	if err := os.WriteFile(replacement, []byte(broken), 0o644); err != nil {
		return nil, "", err
	}
	overlay, err := json.Marshal(map[string]map[string]string{"Replace": {original: replacement}})
	if err != nil {
		return nil, "", err
	}
	list := filepath.Join(w.dir, m.name+".json")
	if err := os.WriteFile(list, overlay, 0o644); err != nil {
		return nil, "", err
	}
	b, err := w.build(ctx, m.name, list)
	return b, m.hash(string(source)), err
}

// outcome is what one seed's line said.
type outcome struct {
	seed    int
	verdict string
}

// green is the verdict of a seed at which nothing objected.
const green = "ok"

// seeds simulates seeds first to last. A process that ends before it has told of each seed broke on
// the first one without a line: that counts as a crash.
func (b *binary) seeds(ctx context.Context, first, last int) ([]outcome, error) {
	report, problems, err := b.sim(ctx, first, last)
	if ctx.Err() != nil {
		return nil, fmt.Errorf("seeds %d to %d did not end in time: %w", first, last, ctx.Err())
	}
	told := parseSeeds(report)
	if len(told) == last-first+1 {
		return told, nil
	}
	if err == nil || len(told) == 0 && !strings.Contains(problems, "goroutine ") {
		return nil, fmt.Errorf("sim told of %d seeds of %d: %v\n%s", len(told), last-first+1, err, problems)
	}
	return append(told, outcome{seed: first + len(told), verdict: "crash"}), nil
}

// checkers simulates one seed and lists the checks that objected, sorted.
func (b *binary) checkers(ctx context.Context, seed int) ([]string, error) {
	report, _, err := b.sim(ctx, seed, seed)
	if ctx.Err() != nil {
		return nil, fmt.Errorf("seed %d did not end in time: %w", seed, ctx.Err())
	}
	if err == nil {
		return nil, fmt.Errorf("seed %d failed among others and does not alone", seed)
	}
	return parseCheckers(report), nil
}

// sim runs `momus sim`; err is that of the process, whose status tells the verdict too.
func (b *binary) sim(ctx context.Context, first, last int) (report, problems string, err error) {
	var out, errs bytes.Buffer
	cmd := exec.CommandContext(ctx, b.path, "sim", "--seeds", fmt.Sprintf("%d..%d", first, last))
	cmd.Stdout, cmd.Stderr = &out, &errs
	err = cmd.Run()
	if state := cmd.ProcessState; state != nil {
		b.cpu += state.UserTime() + state.SystemTime()
	}
	return out.String(), errs.String(), err
}

// shrunkFrom is from how many further seeds one may be shrunk that fails alike.
const shrunkFrom = 100

// shrink has the mutant make the seed smaller at which it was caught, and tells what is left.
func (w *workshop) shrink(ctx context.Context, r *result, dir string) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	m := r.mutation
	cmd := exec.CommandContext(ctx, filepath.Join(w.dir, m.name), "sim", "shrink", "--seed", strconv.Itoa(r.caught),
		"--check", m.checker, "--others", strconv.Itoa(shrunkFrom), "--out", filepath.Join(dir, m.name+".scenario"))
	said, err := cmd.CombinedOutput()
	if err != nil {
		return fmt.Errorf("%s, seed %d, was not shrunk: %w\n%s", m.name, r.caught, err, said)
	}
	lines := strings.Split(strings.TrimSpace(string(said)), "\n")
	fmt.Printf("%-24s seed %d: %s;%s\n", m.name, r.caught, strings.TrimPrefix(lines[0], m.checker+" fails at "), lines[len(lines)-1])
	return nil
}

// parseSeeds reads the lines `seed=N verdict=...` of a report, one for each seed.
func parseSeeds(report string) []outcome {
	var told []outcome
	for line := range strings.Lines(report) {
		fields := strings.Fields(line)
		if len(fields) < 2 {
			continue
		}
		number, isSeed := strings.CutPrefix(fields[0], "seed=")
		verdict, hasVerdict := strings.CutPrefix(fields[1], "verdict=")
		seed, err := strconv.Atoi(number)
		if isSeed && hasVerdict && err == nil {
			told = append(told, outcome{seed: seed, verdict: verdict})
		}
	}
	return told
}

// parseCheckers reads the lines `violation: CHECK: text` of a report.
func parseCheckers(report string) []string {
	var names []string
	for line := range strings.Lines(report) {
		if rest, ok := strings.CutPrefix(line, "violation: "); ok {
			name, _, _ := strings.Cut(strings.TrimSpace(rest), ":")
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

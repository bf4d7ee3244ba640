package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// rotation is into how many parts CI deals the mutations whose source did not change.
const rotation = 3

// chooseForCI picks the mutations whose source changed since the table was written, one part of the
// others, and those that change nothing. The changed ones come first, so that a time limit cuts off
// what was proved before.
func chooseForCI(root string, all []*mutation, t table, turn int) ([]*mutation, error) {
	var changed, part, harmless []*mutation
	for i, m := range all {
		source, err := os.ReadFile(filepath.Join(root, m.file))
		if err != nil {
			return nil, err
		}
		switch {
		case m.harmless():
			harmless = append(harmless, m)
		case t.hash(m.name) != m.hash(string(source)):
			changed = append(changed, m)
		case i%rotation == turn%rotation:
			part = append(part, m)
		}
	}
	return slices.Concat(changed, harmless, part), nil
}

// chooseByName picks the mutations whose name matches.
func chooseByName(all []*mutation, pattern string) ([]*mutation, error) {
	re, err := regexp.Compile(pattern)
	if err != nil {
		return nil, err
	}
	return slices.DeleteFunc(slices.Clone(all), func(m *mutation) bool { return !re.MatchString(m.name) }), nil
}

// turn is the number of commits, so that each submission takes another part. Where there is no
// history it is 0.
func turn(root string) int {
	cmd := exec.Command("git", "rev-list", "--count", "HEAD")
	cmd.Dir = root
	out, err := cmd.Output()
	if err != nil {
		return 0
	}
	n, err := strconv.Atoi(strings.TrimSpace(string(out)))
	if err != nil {
		return 0
	}
	return n
}

package main

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// mutationsDir holds the gallery's exhibits, relative to the repository's root.
const mutationsDir = "scenarios/gallery/mutations"

// noChecker is what a mutation names that changes nothing, and must not be caught.
const noChecker = "none"

// mutation is one file of the gallery.
type mutation struct {
	name    string // the file's name without .mut
	file    string // the source, relative to the root
	checker string // the check that must object, as `violation:` lines name it
	why     string // which promise breaks, and how
	find    string
	replace string
}

// harmless tells that nothing may object.
func (m *mutation) harmless() bool { return m.checker == noChecker }

// parseMutation reads a file of `key: value` lines, of which one that begins with a blank goes on
// with the one before, and of two blocks: after a line `find:` the text to find, up to a line
// `replace:`, and after that the text to put instead.
func parseMutation(name, text string) (*mutation, error) {
	head, blocks, ok := strings.Cut(text, "\nfind:\n")
	if !ok {
		return nil, fmt.Errorf("%s: there is no find: block", name)
	}
	m := &mutation{name: name}
	if m.find, m.replace, ok = strings.Cut(blocks, "\nreplace:\n"); !ok {
		return nil, fmt.Errorf("%s: there is no replace: block", name)
	}
	m.replace = strings.TrimSuffix(m.replace, "\n")
	if strings.TrimSpace(m.find) == "" || m.find == m.replace {
		return nil, fmt.Errorf("%s: it finds nothing, or puts back what it found", name)
	}
	return m, m.parseHead(head)
}

func (m *mutation) parseHead(head string) error {
	var last *string
	fields := map[string]*string{"file": &m.file, "checker": &m.checker, "why": &m.why}
	for line := range strings.Lines(head) {
		line = strings.TrimRight(line, "\n")
		if rest, ok := strings.CutPrefix(line, " "); ok && last != nil {
			*last += " " + strings.TrimSpace(rest)
			continue
		}
		key, value, _ := strings.Cut(line, ":")
		value = strings.TrimSpace(value)
		if key == "name" {
			if value != m.name {
				return fmt.Errorf("%s: it calls itself %q", m.name, value)
			}
			continue
		}
		if last = fields[key]; last == nil {
			return fmt.Errorf("%s: %q is no line of a mutation", m.name, line)
		}
		*last = value
	}
	for key, value := range fields {
		if *value == "" {
			return fmt.Errorf("%s: %s is missing", m.name, key)
		}
	}
	return nil
}

// apply returns the broken source.
func (m *mutation) apply(source string) (string, error) {
	if n := strings.Count(source, m.find); n != 1 {
		return "", fmt.Errorf("%s: its text occurs %d times in %s, not once", m.name, n, m.file)
	}
	return strings.Replace(source, m.find, m.replace, 1), nil
}

// hash names the version of the source that the mutation was last tried on, and of the mutation.
func (m *mutation) hash(source string) string {
	sum := sha256.Sum256([]byte(source + "\x00" + m.find + "\x00" + m.replace + "\x00" + m.checker))
	return hex.EncodeToString(sum[:6])
}

// readMutations reads all, sorted by name.
func readMutations(root string) ([]*mutation, error) {
	names, err := filepath.Glob(filepath.Join(root, mutationsDir, "*.mut"))
	if err != nil {
		return nil, err
	}
	slices.Sort(names)
	var all []*mutation
	for _, name := range names {
		text, err := os.ReadFile(name)
		if err != nil {
			return nil, err
		}
		m, err := parseMutation(strings.TrimSuffix(filepath.Base(name), ".mut"), string(text))
		if err != nil {
			return nil, err
		}
		all = append(all, m)
	}
	if len(all) == 0 {
		return nil, fmt.Errorf("%s holds no mutation", mutationsDir)
	}
	return all, nil
}

package main

import (
	"fmt"
	"os"
	"path/filepath"
	"sort"
)

func main() {
	if err := run("."); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(dir string) error {
	files, err := generate(dir)
	if err != nil {
		return err
	}
	names := make([]string, 0, len(files))
	for name := range files {
		names = append(names, name)
	}
	sort.Strings(names)
	for _, name := range names {
		if err := os.WriteFile(filepath.Join(dir, name), files[name], 0o644); err != nil {
			return err
		}
	}
	if len(names) == 0 {
		return fmt.Errorf("%s: no directive found", dir)
	}
	return nil
}

// generate gives the contents of the generated files of a package directory, by name.
func generate(dir string) (map[string][]byte, error) {
	l, path, err := newLoader(dir)
	if err != nil {
		return nil, err
	}
	p, err := l.load(path)
	if err != nil {
		return nil, err
	}
	files := map[string][]byte{}
	for _, kind := range []struct {
		name string
		make func(*pkg) ([]byte, error)
	}{{"canon_gen.go", l.canonFile}, {"kafka_gen.go", l.kafkaFile}} {
		content, err := kind.make(p)
		if err != nil {
			return nil, err
		}
		if content != nil {
			files[kind.name] = content
		}
	}
	return files, nil
}

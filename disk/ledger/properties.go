package ledger

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	"momus/core/kafka"
	"momus/disk"
)

// meta is what meta.properties says: whose directory this is.
type meta struct {
	clusterID string
	nodeID    kafka.NodeID
	dir       kafka.DirID
}

// appendMeta writes meta.properties, version 1, as java.util.Properties reads it.
func appendMeta(b []byte, m meta) []byte {
	return fmt.Appendf(b, "version=1\ncluster.id=%s\nnode.id=%d\ndirectory.id=%s\n", m.clusterID, m.nodeID, m.dir)
}

// readMeta reads the directory's meta.properties; disk.ErrNotExist if there is none.
func readMeta(fs disk.FS, dir string) (meta, error) {
	path := dir + "/" + metaProperties
	data, err := readFile(fs, path)
	if err != nil {
		return meta{}, err
	}
	m, err := parseMeta(string(data))
	if err != nil {
		return m, fmt.Errorf("%s: %w", path, err)
	}
	return m, nil
}

func parseMeta(text string) (m meta, err error) {
	values, err := parseProperties(text)
	if err != nil {
		return m, err
	}
	if v := values["version"]; v != "1" {
		return m, fmt.Errorf("version is %q, and only version 1 (KRaft) is served", v)
	}
	if m.clusterID = values["cluster.id"]; m.clusterID == "" {
		return m, errors.New("cluster.id is missing")
	}
	id, err := strconv.ParseInt(values["node.id"], 10, 32)
	if err != nil || id < 0 {
		return m, fmt.Errorf("node.id %q is not a node's id", values["node.id"])
	}
	m.nodeID = kafka.NodeID(id)
	text, ok := values["directory.id"]
	if !ok {
		return m, errors.New("directory.id is missing")
	}
	if m.dir, ok = kafka.ParseUUID(text); !ok || m.dir.IsZero() {
		return m, fmt.Errorf("directory.id %q is not an id", text)
	}
	return m, nil
}

// parseProperties reads the subset of Java's properties that these files use: comments, key=value
// or key:value, a backslash before a character that stands for itself.
func parseProperties(text string) (map[string]string, error) {
	values := map[string]string{}
	for number, line := range strings.Split(text, "\n") {
		line = strings.TrimSpace(line)
		if line == "" || line[0] == '#' || line[0] == '!' {
			continue
		}
		at := strings.IndexAny(line, "=:")
		if at < 0 {
			return nil, fmt.Errorf("line %d: %q is no key=value", number+1, line)
		}
		key := strings.TrimSpace(line[:at])
		if _, twice := values[key]; twice {
			return nil, fmt.Errorf("line %d: %s is given twice", number+1, key)
		}
		values[key] = unescape(strings.TrimSpace(line[at+1:]))
	}
	return values, nil
}

func unescape(s string) string {
	if !strings.Contains(s, `\`) {
		return s
	}
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] == '\\' && i+1 < len(s) {
			i++
		}
		b.WriteByte(s[i])
	}
	return b.String()
}

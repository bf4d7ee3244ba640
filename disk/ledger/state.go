package ledger

import (
	"errors"
	"fmt"

	"momus/core/kafka"
	"momus/core/port"
	"momus/disk"
)

// appendQuorum writes quorum-state in data version 1, the one with the voted directory (KIP-853).
func appendQuorum(b []byte, q port.QuorumState) []byte {
	b = fmt.Appendf(b, `{"leaderId":%d,"leaderEpoch":%d,"votedId":%d,"votedDirectoryId":`, q.LeaderID, q.LeaderEpoch, q.VotedID)
	b = appendQuoted(b, q.VotedDir.String())
	return append(b, `,"data_version":1}`...)
}

// parseQuorum reads quorum-state in data version 0 or 1.
func parseQuorum(text string) (q port.QuorumState, err error) {
	values, err := parseObject(text)
	if err != nil {
		return q, err
	}
	version, err := values.number("data_version", 16)
	if err != nil {
		return q, err
	}
	if version != 0 && version != 1 {
		return q, fmt.Errorf("data_version %d is not known", version)
	}
	leader, err1 := values.number("leaderId", 32)
	epoch, err2 := values.number("leaderEpoch", 32)
	voted, err3 := values.number("votedId", 32)
	if err := errors.Join(err1, err2, err3); err != nil {
		return q, err
	}
	q = port.QuorumState{LeaderID: kafka.NodeID(leader), LeaderEpoch: kafka.LeaderEpoch(epoch), VotedID: kafka.NodeID(voted)}
	if version == 1 {
		var ok bool
		if q.VotedDir, ok = kafka.ParseUUID(values["votedDirectoryId"]); !ok {
			return q, fmt.Errorf("votedDirectoryId %q is not an id", values["votedDirectoryId"])
		}
	}
	return q, nil
}

// appendClean writes .kafka_cleanshutdown (KIP-966).
func appendClean(b []byte, epoch kafka.BrokerEpoch) []byte {
	return fmt.Appendf(b, `{"version":0,"brokerEpoch":%d}`, epoch)
}

// parseClean reads .kafka_cleanshutdown. Brokers before KIP-966 left it empty: no epoch.
func parseClean(text string) (kafka.BrokerEpoch, error) {
	if text == "" {
		return kafka.NoBrokerEpoch, nil
	}
	values, err := parseVersion0(text)
	if err != nil {
		return kafka.NoBrokerEpoch, err
	}
	epoch, err := values.number("brokerEpoch", 64)
	return kafka.BrokerEpoch(epoch), err
}

// parseVersion0 reads an object whose version must be 0.
func parseVersion0(text string) (object, error) {
	values, err := parseObject(text)
	if err != nil {
		return nil, err
	}
	version, err := values.number("version", 32)
	if err == nil && version != 0 {
		err = fmt.Errorf("version %d is not known", version)
	}
	return values, err
}

// boot is what momus-boot keeps of the last start.
type boot struct {
	id    string
	epoch kafka.BrokerEpoch
}

func appendBoot(b []byte, m boot) []byte {
	b = appendQuoted(append(b, `{"version":0,"bootId":`...), m.id)
	return fmt.Appendf(b, `,"brokerEpoch":%d}`, m.epoch)
}

func parseBoot(text string) (m boot, err error) {
	values, err := parseVersion0(text)
	if err != nil {
		return m, err
	}
	id, ok := values["bootId"]
	if !ok {
		return m, errors.New("bootId is missing")
	}
	epoch, err := values.number("brokerEpoch", 64)
	return boot{id, kafka.BrokerEpoch(epoch)}, err
}

// optional reads a file that may be missing and parses it; found tells whether it was there.
func optional[T any](fs disk.FS, path string, parse func(string) (T, error)) (value T, found bool, err error) {
	data, err := readFile(fs, path)
	if errors.Is(err, disk.ErrNotExist) {
		return value, false, nil
	}
	if err != nil {
		return value, false, err
	}
	if value, err = parse(string(data)); err != nil {
		return value, true, fmt.Errorf("%s: %w", path, err)
	}
	return value, true, nil
}

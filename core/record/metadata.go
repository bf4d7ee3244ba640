package record

import "momus/core/canon"

// Metadata is a record of __cluster_metadata. The members' numbers in the canonical encoding are
// Kafka's keys plus one; its functions have Canon in their names, the frame's do not.
//
//canon:union name=CanonMetadata
type Metadata interface {
	isMetadata()
	AppendCanon(b []byte) []byte
	AppendText(b []byte) []byte
	// Versions is the range of versions in which the record exists.
	Versions() (first, last int16)
	// AppendVersion appends the fields as Kafka writes them in a version, which must exist and be
	// able to carry what the record holds.
	AppendVersion(b []byte, version int16) []byte
	// ReadVersion reads what AppendVersion appends; b must hold that and nothing else.
	ReadVersion(b []byte, version int16) error
}

// metadataFrame is the version of the frame around every metadata record.
const metadataFrame = 1

// AppendMetadata appends a record as the value of a record in __cluster_metadata: frame version,
// key and version as varints, then the fields.
func AppendMetadata(b []byte, rec Metadata, version int16) []byte {
	b = canon.AppendUint(b, metadataFrame)
	b = canon.AppendUint(b, keyMetadata(rec))
	b = canon.AppendUint(b, uint64(version))
	return rec.AppendVersion(b, version)
}

// ReadMetadata reads what AppendMetadata appends. The record holds copies. A key or version that
// is not known fails with ErrKey or ErrVersion: skipping what one does not understand would make
// the image differ from that of others.
func ReadMetadata(b []byte) (rec Metadata, version int16, err error) {
	r := reader{b: b}
	frame, key, v := r.uvarint(), r.uvarint(), r.uvarint()
	switch {
	case r.err != nil:
		return nil, 0, r.err
	case frame != metadataFrame:
		return nil, 0, ErrFrame
	case v != uint64(int16(v)):
		return nil, 0, ErrVersion
	}
	if rec = newMetadata(key); rec == nil {
		return nil, 0, ErrKey
	}
	if err := rec.ReadVersion(r.b, int16(v)); err != nil {
		return nil, 0, err
	}
	return rec, int16(v), nil
}

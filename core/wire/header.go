package wire

import "momus/core/kafka"

// Header is a request's header. ClientID aliases the frame; a null one counts as empty.
type Header struct {
	API         *API
	Version     kafka.APIVersion
	Correlation int32
	ClientID    []byte
	// Unsupported says that this is ApiVersions in a version that is not served. Its body is not
	// read; it is answered in v0 with UNSUPPORTED_VERSION (KIP-511).
	Unsupported bool
}

// flexible tells whether the version has compact lengths and tagged fields.
func (a *API) flexible(v kafka.APIVersion) bool { return v >= a.Flexible }

// ParseHeader reads the header of a frame, whose length is left out, and returns the body, which
// aliases the frame. It fails with an Error; the connection is then to be closed.
func ParseHeader(frame []byte, on Listener) (Header, []byte, error) {
	c := cursor{b: frame}
	key := kafka.APIKey(c.int16())
	h := Header{Version: kafka.APIVersion(c.int16()), Correlation: c.int32()}
	if c.err != nil {
		return Header{}, nil, c.err
	}
	h.API = Lookup(key)
	if h.API == nil || h.API.Listeners&on == 0 {
		return Header{}, nil, ErrAPI
	}
	if !h.API.Serves(h.Version) {
		if key != KeyAPIVersions {
			return Header{}, nil, ErrVersion
		}
		h.Unsupported = true
	}
	// The client id is never compact, so that any broker can read it (KIP-482).
	if n := c.size(true); n >= 0 {
		h.ClientID = c.take(n)
	}
	if h.Unsupported {
		return h, nil, c.err
	}
	c.flexible = h.API.flexible(h.Version)
	c.skipTags()
	return h, c.b, c.err
}

// namesMax is how many names a Names remembers.
const namesMax = 8

// Names remembers the last few names that a connection sent: a client names the same topics again
// and again, and a string made once serves all of its requests.
type Names struct {
	known [namesMax]string
	next  int
}

// Get returns b as a string.
func (n *Names) Get(b []byte) string {
	if len(b) == 0 {
		return ""
	}
	for _, s := range n.known {
		if s == string(b) {
			return s
		}
	}
	s := string(b)
	n.known[n.next%namesMax] = s
	n.next++
	return s
}

package wire

import "github.com/twmb/franz-go/pkg/kmsg"

// DecodeBody reads the body of any request but Produce. The result shares nothing with body: it
// is copied once, and the strings of the result are parts of that copy. It fails with an Error.
func DecodeBody(h Header, body []byte) (kmsg.Request, error) {
	if h.Unsupported {
		r := kmsg.NewPtrApiVersionsRequest()
		r.Version = 0
		return r, nil
	}
	if err := checkBody(h.API.request, h.Version, h.API.flexible(h.Version), body); err != nil {
		return nil, err
	}
	r := kmsg.RequestForKey(int16(h.API.Key))
	r.SetVersion(int16(h.Version))
	own := append([]byte(nil), body...)
	if err := r.(kmsg.UnsafeReadFrom).UnsafeReadFrom(own); err != nil {
		return nil, ErrShort
	}
	return r, nil
}

// UnsupportedVersion says that this is ApiVersions in a version that is not served. Body is then
// that of version 0, without content, and the answer is of version 0.
func (r *Request) UnsupportedVersion() bool { return int16(r.Version) != r.Body.GetVersion() }

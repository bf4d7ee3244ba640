package session

import (
	"slices"

	"momus/core/image"
	"momus/core/kafka"
	"momus/core/record"
	"momus/core/wire"

	"github.com/twmb/franz-go/pkg/kmsg"
)

// ApiVersions tells a client what is served on the listener that it came in by, and from v3 which
// features are supported and at which levels they are finalised (KIP-584), as of an offset of the
// metadata log. A version that is not served is answered in v0 with UNSUPPORTED_VERSION and the
// versions of this API alone (KIP-511). From v3 a client names its software; a name or version of
// another form is INVALID_REQUEST. Before v4 a feature that is supported from level 0 on is left
// out, since older clients refuse a minimum of 0 (KAFKA-17492).
//
// Produce is advertised from v0 on though v3 is the first that is served: librdkafka's compressed
// produce fails otherwise (KAFKA-18659). wire.API.AdvertisedMin says so.
var apiVersionsAPI = api{key: wire.KeyAPIVersions, min: 0, max: 4, start: (*Session).startAPIVersions}

func (s *Session) startAPIVersions(_ kafka.Now, c *conn, req *wire.Request, v View) bool {
	c.begin()
	body := req.Body.(*kmsg.ApiVersionsRequest)
	namesSoftware, tellsFeatures, zeroMinimum := req.Version >= 3, req.Version >= 3, req.Version >= 4
	r := kmsg.NewPtrApiVersionsResponse()
	r.Version = int16(req.Version)
	switch {
	case req.UnsupportedVersion():
		r.Version = 0
		r.ErrorCode = int16(kafka.ErrUnsupportedVersion)
		r.ApiKeys = []kmsg.ApiVersionsResponseApiKey{advertised(wire.Lookup(wire.KeyAPIVersions))}
	case namesSoftware && (!softwareName(body.ClientSoftwareName) || !softwareName(body.ClientSoftwareVersion)):
		r.ErrorCode = int16(kafka.ErrInvalidRequest)
		r.ApiKeys = []kmsg.ApiVersionsResponseApiKey{}
	default:
		r.ApiKeys = servedOn(c.controller)
		if tellsFeatures {
			tellFeatures(r, zeroMinimum, v)
		}
	}
	s.complete(req.Conn, req.Seq, r)
	return true
}

// softwareName tells whether a name has the form [a-zA-Z0-9](?:[a-zA-Z0-9\-.]*[a-zA-Z0-9])?.
func softwareName(name string) bool {
	for i := range len(name) {
		c := name[i]
		inner := i > 0 && i < len(name)-1
		switch {
		case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', '0' <= c && c <= '9':
		case inner && (c == '-' || c == '.'):
		default:
			return false
		}
	}
	return name != ""
}

// servedOn lists the version table as one kind of listener serves it.
func servedOn(controller bool) []kmsg.ApiVersionsResponseApiKey {
	on := wire.ListenerOf(controller)
	apis := wire.APIs()
	list := make([]kmsg.ApiVersionsResponseApiKey, 0, len(apis))
	for i := range apis {
		if apis[i].Listeners&on != 0 {
			list = append(list, advertised(&apis[i]))
		}
	}
	return list
}

func advertised(a *wire.API) kmsg.ApiVersionsResponseApiKey {
	return kmsg.ApiVersionsResponseApiKey{
		ApiKey: int16(a.Key), MinVersion: int16(a.AdvertisedMin()), MaxVersion: int16(a.Max),
	}
}

func tellFeatures(r *kmsg.ApiVersionsResponse, zeroMinimum bool, v View) {
	for _, f := range record.SupportedFeatures() {
		if f.MinSupportedVersion > 0 || zeroMinimum {
			r.SupportedFeatures = append(r.SupportedFeatures, kmsg.ApiVersionsResponseSupportedFeature{
				Name: f.Name, MinVersion: int16(f.MinSupportedVersion), MaxVersion: int16(f.MaxSupportedVersion),
			})
		}
	}
	r.FinalizedFeaturesEpoch = int64(v.Image.Offset)
	finalized := v.Image.Features
	if level := v.Quorum.QuorumState().KRaftVersion; level > 0 {
		// The quorum keeps this one, in records of its own.
		finalized = append([]image.Feature{{Name: record.KRaftVersion, Level: level}}, finalized...)
	}
	for _, f := range finalized {
		if !worksAt(f) {
			continue
		}
		r.FinalizedFeatures = append(r.FinalizedFeatures, kmsg.ApiVersionsResponseFinalizedFeature{
			Name: f.Name, MinVersionLevel: int16(f.Level), MaxVersionLevel: int16(f.Level),
		})
	}
}

// worksAt tells whether this program works at a level, which one that a Kafka finalised may not be.
// A client takes a finalised level for a promise, and would count on it.
func worksAt(f image.Feature) bool {
	return slices.ContainsFunc(record.SupportedFeatures(), func(s record.BrokerFeature) bool {
		return s.Name == f.Name && s.MinSupportedVersion <= f.Level && f.Level <= s.MaxSupportedVersion
	})
}

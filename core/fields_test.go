package core_test

import (
	"bytes"
	"reflect"
	"testing"

	"momus/core"
	"momus/core/canon/canontest"
	"momus/core/msg"
	"momus/core/port"
	"momus/core/record"
	"momus/core/wire"

	"github.com/twmb/franz-go/pkg/kmsg"
)

// caches are the fields that the state's encoding leaves out, each with the reason why a node
// without them goes on alike.
var caches = map[string]string{
	"core.Node.timers":               "rebuilt by LoadState from the replicas' own deadlines",
	"replica.Replica.Timer":          "rebuilt with timers",
	"core.Node.byLog":                "rebuilt by LoadState from replicas",
	"core.Node.spareOuts":            "the memory of outboxes that are empty between Steps",
	"core.Node.placed":               "rebuilt by LoadState from the names of the logs in facts.Dirs and where the replicas are",
	"core.Node.wanting":              "rebuilt by LoadState from wanted",
	"core.Node.assigning":            "filled and emptied within a Step",
	"core.Node.lines":                "made from the checkpoints in facts.Dirs whenever it is asked for and not there",
	"core.Node.touched":              "filled and emptied within a Step",
	"core.Node.checked":              "only CheckTouched reads it, and every Step begins it anew",
	"core.Node.sessionOut":           "the memory of an outbox that is empty between Steps",
	"core.Node.ready":                "AppendState is called with empty outboxes; Wake and Publish are set anew by the Step that changes them",
	"core.Node.spare":                "memory of the Ready that was given back",
	"core.Node.out":                  "no Ready is out when the state is encoded",
	"raft.Raft.Out":                  "drained by the node within the Step",
	"controller.Controller.Out":      "drained by the node within the Step",
	"controller.Controller.delta":    "scratch: what an apply changed is not asked for by the controller",
	"lifecycle.Lifecycle.Out":        "drained by the node within the Step",
	"group.Groups.Out":               "drained by the node within the Step",
	"group.Groups.writer":            "memory of batches; what it holds between them counts for nothing",
	"group.Groups.due":               "looked for again whenever stale, and after LoadState",
	"group.Groups.stale":             "likewise",
	"group.Shard.groups":             "rebuilt by LoadState from the list of groups",
	"group.Shard.timers.heap":        "rebuilt by LoadState from the deadlines",
	"group.Shard.timers.first":       "the first of the deadlines, found again whenever it is not known",
	"group.Shard.timers.known":       "whether timers.first is that",
	"session.Session.Out":            "drained by the node within the Step",
	"session.Session.marks":          "taken by Ready; nothing is decided by them",
	"session.Session.sessions.marks": "likewise",
	"raft.Raft.Marks":                "likewise",
	"group.Groups.marks":             "likewise",
	"session.Session.spare":          "bodies of ended requests, reset before they serve again",
	"session.Session.woken":          "scratch of one call",
	"session.Session.asked":          "scratch of one call",
	"session.Session.told":           "scratch of one call",
	"session.Session.scratch":        "memory for the size of an answer",
	"session.Session.cuts":           "likewise",
	"replica.Replica.Out":            "drained by the node within the Step",
}

// byHand are the types whose encoding is written by hand, with a value that is not the zero one.
// Packages port and wire test them.
var byHand = map[reflect.Type]any{
	reflect.TypeFor[port.Span]():    port.PhantomSpan(1),
	reflect.TypeFor[wire.Request](): wire.Request{Body: kmsg.NewPtrMetadataRequest()},
	reflect.TypeFor[wire.Reply]():   wire.Reply{Body: &wire.ProduceResponse{}},
}

// unions are the sealed interfaces in the state.
var unions = map[reflect.Type][]canontest.Value{
	reflect.TypeFor[record.Metadata]():       canontest.Values(record.CanonMetadataMembers()),
	reflect.TypeFor[msg.ControllerRequest](): canontest.Values(msg.ControllerRequestMembers()),
	reflect.TypeFor[msg.ControllerReply]():   canontest.Values(msg.ControllerReplyMembers()),
	reflect.TypeFor[msg.GroupReply]():        canontest.Values(msg.GroupReplyMembers()),
}

// walk goes over every type that a value of the first one may hold.
type walk struct {
	t     *testing.T
	queue []reflect.Type
	seen  map[reflect.Type]bool
	left  map[string]bool // the caches that were met
	count int
}

// Every field of a node is in its encoding, or in the list of caches: whatever is put into one
// field alone changes the bytes.
func TestEveryFieldOfANodeIsEncodedOrACache(t *testing.T) {
	w := &walk{t: t, seen: map[reflect.Type]bool{}, left: map[string]bool{}}
	w.enqueue(reflect.TypeFor[core.Node]())
	for len(w.queue) > 0 {
		typ := w.queue[0]
		w.queue = w.queue[1:]
		w.fields(typ.String(), typ, func(v reflect.Value) []byte {
			p := reflect.New(typ)
			p.Elem().Set(v)
			return p.Interface().(canontest.Value).AppendCanon(nil)
		})
	}
	for name := range caches {
		if !w.left[name] {
			t.Errorf("%s is listed as a cache, and is none", name)
		}
	}
	if w.count < 200 {
		t.Errorf("only %d fields were met", w.count)
	}
}

func (w *walk) enqueue(typ reflect.Type) {
	if !w.seen[typ] {
		w.seen[typ] = true
		w.queue = append(w.queue, typ)
	}
}

// encodes says whether the type has an encoding of its own.
func encodes(typ reflect.Type) bool {
	return reflect.PointerTo(typ).Implements(reflect.TypeFor[canontest.Value]())
}

// fields puts something into each field of a struct in turn. encode encodes a value of typ within
// whatever holds it.
func (w *walk) fields(name string, typ reflect.Type, encode func(reflect.Value) []byte) {
	if typ.Kind() != reflect.Struct {
		w.value(name, typ, encode)
		return
	}
	for i := range typ.NumField() {
		f := typ.Field(i)
		field := name + "." + f.Name
		w.count++
		if f.Tag.Get("canon") == "-" {
			w.left[field] = true
			if caches[field] == "" {
				w.t.Errorf("%s is left out of the encoding, and no reason is given", field)
			}
			continue
		}
		w.inner(field, f.Type, func(v reflect.Value) []byte {
			holder := reflect.New(typ).Elem()
			reach(holder.Field(i)).Set(v)
			return encode(holder)
		})
	}
}

// inner looks at a value within another: its own encoding, if it has one, is another walk.
func (w *walk) inner(name string, typ reflect.Type, encode func(reflect.Value) []byte) {
	switch {
	case byHand[typ] != nil:
		w.differs(name, encode, reflect.Zero(typ), reflect.ValueOf(byHand[typ]))
	case encodes(typ) && typ.Kind() == reflect.Struct:
		w.enqueue(typ)
		w.differs(name, encode, reflect.Zero(typ), w.other(typ))
	case typ.Kind() == reflect.Struct:
		w.fields(name, typ, encode)
	default:
		w.value(name, typ, encode)
	}
}

// value looks at what is no struct.
func (w *walk) value(name string, typ reflect.Type, encode func(reflect.Value) []byte) {
	switch typ.Kind() {
	case reflect.Pointer:
		w.differs(name, encode, reflect.Zero(typ), reflect.New(typ.Elem()))
		w.inner(name, typ.Elem(), func(v reflect.Value) []byte {
			p := reflect.New(typ.Elem())
			p.Elem().Set(v)
			return encode(p)
		})
	case reflect.Slice:
		w.differs(name, encode, reflect.Zero(typ), reflect.MakeSlice(typ, 1, 1))
		w.inner(name+"[]", typ.Elem(), func(v reflect.Value) []byte {
			s := reflect.MakeSlice(typ, 1, 1)
			s.Index(0).Set(v)
			return encode(s)
		})
	case reflect.Array:
		w.inner(name+"[]", typ.Elem(), func(v reflect.Value) []byte {
			a := reflect.New(typ).Elem()
			a.Index(typ.Len() - 1).Set(v)
			return encode(a)
		})
	case reflect.Map:
		one := func(k, v reflect.Value) []byte {
			m := reflect.MakeMap(typ)
			m.SetMapIndex(k, v)
			return encode(m)
		}
		zeroKey, zeroValue := reflect.Zero(typ.Key()), w.element(typ.Elem())
		w.inner(name+" key", typ.Key(), func(k reflect.Value) []byte { return one(k, zeroValue) })
		if typ.Elem().Kind() == reflect.Pointer {
			w.inner(name+"[]", typ.Elem().Elem(), func(v reflect.Value) []byte {
				p := reflect.New(typ.Elem().Elem())
				p.Elem().Set(v)
				return one(zeroKey, p)
			})
			return
		}
		w.inner(name+"[]", typ.Elem(), func(v reflect.Value) []byte { return one(zeroKey, v) })
	default:
		w.differs(name, encode, reflect.Zero(typ), w.other(typ))
	}
}

// element is a value for a map: never a nil pointer, which no map of the state holds.
func (w *walk) element(typ reflect.Type) reflect.Value {
	if typ.Kind() == reflect.Pointer {
		return reflect.New(typ.Elem())
	}
	return reflect.Zero(typ)
}

func (w *walk) differs(name string, encode func(reflect.Value) []byte, a, b reflect.Value) {
	if bytes.Equal(encode(a), encode(b)) {
		w.t.Errorf("%s is neither encoded nor listed as a cache", name)
	}
}

// other is a value that is not the zero value.
func (w *walk) other(typ reflect.Type) reflect.Value {
	v := reflect.New(typ).Elem()
	switch typ.Kind() {
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		v.SetInt(1)
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		v.SetUint(1)
	case reflect.String:
		v.SetString("x")
	case reflect.Slice:
		v.Set(reflect.MakeSlice(typ, 1, 1))
	case reflect.Pointer:
		v.Set(reflect.New(typ.Elem()))
	case reflect.Array:
		v.Index(0).Set(w.other(typ.Elem()))
	case reflect.Map:
		v.Set(reflect.MakeMap(typ))
		v.SetMapIndex(reflect.Zero(typ.Key()), w.element(typ.Elem()))
	case reflect.Struct:
		for i := range typ.NumField() {
			if typ.Field(i).Tag.Get("canon") != "-" {
				reach(v.Field(i)).Set(w.other(typ.Field(i).Type))
				break
			}
		}
	case reflect.Interface:
		for _, m := range unions[typ] {
			member := reflect.TypeOf(m).Elem()
			w.enqueue(member)
			v.Set(reflect.New(member))
		}
		if v.IsNil() {
			w.t.Errorf("%s: the members of the union are not known", typ)
		}
	default:
		w.t.Errorf("%s cannot be part of the state", typ)
	}
	return v
}

// reach makes a field settable that is not exported.
func reach(v reflect.Value) reflect.Value {
	return reflect.NewAt(v.Type(), v.Addr().UnsafePointer()).Elem()
}

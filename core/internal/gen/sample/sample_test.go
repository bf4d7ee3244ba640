package sample

import (
	"testing"

	"momus/core/canon"
	"momus/core/canon/canontest"
	"momus/core/kafka"
)

func TestEveryFormOfFieldRoundTrips(t *testing.T) {
	values := append(canontest.Values(ShapeMembers()), new(List), new(Table))
	canontest.RoundTrip(t, values, canontest.Union(ShapeMembers()), canontest.Union(OtherMembers()))
}

func TestTextNamesTypeAndFields(t *testing.T) {
	name := "n"
	v := &Composite{
		Raw: []byte("a\x00"), Log: kafka.MetadataLog, Ints: []int32{1, -2}, Maybe: &name,
		Set: map[string]struct{}{"b": {}, "a": {}}, List: List{7}, ErrorList: []kafka.ErrorCode{kafka.None},
		plain: plain{y: []plainer{{true}}},
	}
	const want = `Composite{Raw:"a\x00" Blob:nil Topic:AAAAAAAAAAAAAAAAAAAAAA Log:AAAAAAAAAAAAAAAAAAAAAQ-0 ` +
		`Ints:[1 -2] Fixed:[nil nil] Bytes:"\x00\x00\x00\x00" Nested:nil Pointers:nil Maybe:"n" ByInt:nil ByBytes:nil ` +
		`ByLog:nil Set:map["a" "b"] List:List{[7]} Table:Table{nil} ByHand:Manual plain:{x:0 y:[{z:true}]} ` +
		`Offsets:[0 0 0] ErrorList:[NONE]}`
	if got := string(v.AppendText(nil)); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	if got := string(AppendShapeText(nil, nil)); got != "nil" {
		t.Errorf("nil prints as %s", got)
	}
}

func TestCacheIsNeitherWrittenNorTouched(t *testing.T) {
	v, w := &Scalars{A: 1}, &Scalars{A: 1, cache: []func(){func() {}}}
	b := v.AppendCanon(nil)
	if string(b) != string(w.AppendCanon(nil)) {
		t.Fatal("a cache is part of the encoding")
	}
	w.ReadCanon(canon.NewReader(b))
	if len(w.cache) != 1 {
		t.Fatal("reading touched a cache")
	}
}

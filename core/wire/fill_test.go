package wire

import (
	"fmt"
	"reflect"
	"testing"

	"momus/core/kafka"

	"github.com/twmb/franz-go/pkg/kmsg"
	"pgregory.net/rapid"
)

// fill draws every field of a kmsg message.
func fill(t *rapid.T, v reflect.Value) {
	switch v.Kind() {
	case reflect.Bool:
		v.SetBool(rapid.Bool().Draw(t, "bool"))
	case reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		v.SetInt(rapid.Int64().Draw(t, "int") >> (64 - v.Type().Bits()))
	case reflect.Uint16:
		v.SetUint(uint64(rapid.Uint16().Draw(t, "uint")))
	case reflect.Float64:
		v.SetFloat(rapid.Float64().Draw(t, "float"))
	case reflect.String:
		v.SetString(rapid.StringN(0, 5, 20).Draw(t, "string"))
	case reflect.Array:
		for i := range v.Len() {
			v.Index(i).SetUint(uint64(rapid.Byte().Draw(t, "byte")))
		}
	case reflect.Pointer:
		if rapid.Bool().Draw(t, "some") {
			v.Set(reflect.New(v.Type().Elem()))
			fill(t, v.Elem())
		}
	case reflect.Slice:
		if v.Type().Elem().Kind() == reflect.Uint8 {
			v.SetBytes(rapid.SliceOfN(rapid.Byte(), 0, 20).Draw(t, "bytes"))
			return
		}
		v.Set(reflect.MakeSlice(v.Type(), rapid.IntRange(0, 3).Draw(t, "len"), 3))
		for i := range v.Len() {
			fill(t, v.Index(i))
		}
	case reflect.Struct:
		if tags, ok := v.Addr().Interface().(*kmsg.Tags); ok {
			if rapid.IntRange(0, 9).Draw(t, "tags") == 0 {
				tags.Set(50, []byte("of a later version"))
			}
			return
		}
		for i := range v.NumField() {
			if v.Type().Field(i).Name != "Version" {
				fill(t, v.Field(i))
			}
		}
	default:
		panic("cannot fill " + v.Type().String())
	}
}

// everyVersion runs f for each API of the table in each of its versions.
func everyVersion(t *testing.T, f func(t *rapid.T, a *API, v kafka.APIVersion)) {
	for i := range apis {
		a := &apis[i]
		for v := a.Min; v <= a.Max; v++ {
			t.Run(fmt.Sprintf("%s v%d", a.Name, v), rapid.MakeCheck(func(t *rapid.T) { f(t, a, v) }))
		}
	}
}

// drawRequest draws a request of kmsg's.
func drawRequest(t *rapid.T, a *API, v kafka.APIVersion) kmsg.Request {
	r := kmsg.RequestForKey(int16(a.Key))
	fill(t, reflect.ValueOf(r).Elem())
	r.SetVersion(int16(v))
	return r
}

// drawResponse draws a response of kmsg's.
func drawResponse(t *rapid.T, a *API, v kafka.APIVersion) kmsg.Response {
	r := kmsg.ResponseForKey(int16(a.Key))
	fill(t, reflect.ValueOf(r).Elem())
	r.SetVersion(int16(v))
	return r
}

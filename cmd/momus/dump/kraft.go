package dump

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"reflect"
	"strconv"
	"strings"
	"unicode"

	"momus/core/kafka"
	"momus/core/record"
)

// object is JSON that keeps the order of its members, as Kafka prints records.
type object []member

type member struct {
	name  string
	value any
}

// MarshalJSON writes the members in their order.
func (o object) MarshalJSON() ([]byte, error) {
	var b bytes.Buffer
	for i, m := range o {
		if i > 0 {
			b.WriteByte(',')
		}
		value, err := json.Marshal(m.value)
		if err != nil {
			return nil, err
		}
		fmt.Fprintf(&b, "%q:%s", m.name, value)
	}
	return []byte("{" + b.String() + "}"), nil
}

// String is the object in one line.
func (o object) String() string {
	b, err := o.MarshalJSON()
	if err != nil {
		panic("BUG: a record has no JSON: " + err.Error())
	}
	return string(b)
}

// metadataJSON is a record of __cluster_metadata as Kafka prints it.
func metadataJSON(value []byte) (object, error) {
	rec, version, err := record.ReadMetadata(value)
	if err != nil {
		return nil, err
	}
	v := reflect.ValueOf(rec).Elem()
	return object{{"type", upperName(v.Type().Name())}, {"version", version}, {"data", fieldsOf(v, version)}}, nil
}

// controlNames are what Kafka prints before each kind of control record.
var controlNames = map[record.ControlType]string{
	record.ControlLeaderChange: "LeaderChange:", record.ControlSnapshotHeader: "SnapshotHeader",
	record.ControlSnapshotFooter: "SnapshotFooter", record.ControlKRaftVersion: "KRaftVersion", record.ControlKRaftVoters: "KRaftVoters",
}

// control is a control record: of the quorum, or the marker that ends a transaction.
func (d *dumper) control(r *record.Record) (string, map[string]any) {
	c, err := record.ReadControl(r.Key, r.Value)
	if err != nil {
		d.problems++
		return " no control record: " + err.Error(), map[string]any{"problem": err.Error()}
	}
	if c == nil {
		kind, _ := record.ReadControlKey(r.Key)
		return fmt.Sprintf(" controlType: UNKNOWN(%d)", kind), map[string]any{"controlType": kind}
	}
	if m, ok := c.(*record.EndTxnMarker); ok {
		kind := "ABORT"
		if m.Commit {
			kind = "COMMIT"
		}
		return fmt.Sprintf(" endTxnMarker: %s coordinatorEpoch: %d", kind, m.CoordinatorEpoch),
			map[string]any{"endTxnMarker": kind, "coordinatorEpoch": m.CoordinatorEpoch}
	}
	v := reflect.ValueOf(c).Elem()
	fields := fieldsOf(v, int16(v.FieldByName("Version").Int()))
	name := controlNames[c.ControlType()]
	return " " + name + " " + fields.String(), map[string]any{strings.TrimSuffix(name, ":"): fields}
}

// fieldsOf are the fields that a record has in a version, but tagged ones that hold their default. Which
// those are is said by the tags from which the encodings are generated.
func fieldsOf(v reflect.Value, version int16) object {
	o := object{}
	for i := range v.NumField() {
		parts := strings.Split(v.Type().Field(i).Tag.Get("kafka"), ",")
		first, err := strconv.Atoi(strings.TrimSuffix(parts[0], "+"))
		if err != nil || int(version) < first {
			continue
		}
		if tagged, def := tagOf(parts); tagged && isDefault(v.Field(i), def) {
			continue
		}
		o = append(o, member{lowerName(v.Type().Field(i).Name), jsonOf(v.Field(i), version)})
	}
	return o
}

func tagOf(parts []string) (tagged bool, def string) {
	for _, p := range parts[1:] {
		if strings.HasPrefix(p, "tag=") {
			tagged = true
		}
		if d, ok := strings.CutPrefix(p, "default="); ok {
			def = d
		}
	}
	return tagged, def
}

// isDefault compares with the default of a tagged field; without one it is what Kafka's schemas begin with.
func isDefault(v reflect.Value, def string) bool {
	switch {
	case def == "null":
		return v.IsNil()
	case def != "":
		n, err := strconv.ParseInt(def, 10, 64)
		return err == nil && v.CanInt() && v.Int() == n
	case v.Kind() == reflect.Slice || v.Kind() == reflect.String:
		return v.Len() == 0
	}
	return v.IsZero()
}

// jsonOf is a value as Kafka's converters write it: ids in their own base64, bytes in the usual one.
func jsonOf(v reflect.Value, version int16) any {
	switch x := v.Interface().(type) {
	case kafka.UUID:
		return x.String()
	case record.FloatBits:
		return javaDouble(math.Float64frombits(uint64(x)))
	case []byte:
		return x
	}
	switch v.Kind() {
	case reflect.Pointer:
		if v.IsNil() {
			return nil
		}
		return jsonOf(v.Elem(), version)
	case reflect.Struct:
		return fieldsOf(v, version)
	case reflect.Slice:
		if v.IsNil() {
			return []any{}
		}
		all := make([]any, v.Len())
		for i := range all {
			all[i] = jsonOf(v.Index(i), version)
		}
		return all
	}
	return v.Interface()
}

// javaDouble is a number as Java prints a double: with a point, and from 10^7 on with an exponent. What JSON
// has no number for stands in quotes, as Jackson, which prints Kafka's, puts it.
func javaDouble(x float64) json.RawMessage {
	switch {
	case math.IsNaN(x):
		return json.RawMessage(`"NaN"`)
	case math.IsInf(x, 1):
		return json.RawMessage(`"Infinity"`)
	case math.IsInf(x, -1):
		return json.RawMessage(`"-Infinity"`)
	}
	if size := math.Abs(x); size == 0 || size >= 1e-3 && size < 1e7 {
		text := strconv.FormatFloat(x, 'f', -1, 64)
		if !strings.Contains(text, ".") {
			text += ".0"
		}
		return json.RawMessage(text)
	}
	digits, exponent, _ := strings.Cut(strconv.FormatFloat(x, 'E', -1, 64), "E")
	if !strings.Contains(digits, ".") {
		digits += ".0"
	}
	n, err := strconv.Atoi(exponent)
	if err != nil {
		panic("BUG: " + exponent + " is no exponent")
	}
	return json.RawMessage(digits + "E" + strconv.Itoa(n))
}

// kafkaCase turns our abbreviations into Kafka's words.
var kafkaCase = strings.NewReplacer("ISR", "Isr", "ELR", "Elr", "ID", "Id")

// lowerName is the name of a field in Kafka's schemas.
func lowerName(name string) string {
	name = kafkaCase.Replace(name)
	return strings.ToLower(name[:1]) + name[1:]
}

// upperName is the name of a record's type.
func upperName(name string) string {
	var b strings.Builder
	for i, r := range kafkaCase.Replace(name) {
		if i > 0 && unicode.IsUpper(r) {
			b.WriteByte('_')
		}
		b.WriteRune(unicode.ToUpper(r))
	}
	return b.String()
}

package main

import (
	"reflect"
	"strconv"

	"github.com/twmb/franz-go/pkg/kerr"
)

// keys are the lists whose elements are matched by a field, not by position: an element that one side
// lacks is then one difference, and not as many as there are behind it. The order is compared beside.
var keys = map[string]string{
	"ApiVersions ApiKeys":                        "ApiKey",
	"ApiVersions SupportedFeatures":              "Name",
	"ApiVersions FinalizedFeatures":              "Name",
	"Metadata Topics":                            "Topic",
	"DescribeConfigs Resources[].Configs":        "Name",
	"CreateTopics Topics":                        "Topic",
	"CreateTopics Topics[].Configs":              "Name",
	"DeleteTopics Topics":                        "Topic",
	"ListConfigResources ConfigResources":        "Name",
	"DescribeLogDirs Dirs":                       "Dir",
	"DescribeLogDirs Dirs[].Topics":              "Topic",
	"DescribeTopicPartitions Topics":             "Topic",
	"AlterConfigs Resources":                     "ResourceName",
	"IncrementalAlterConfigs Resources":          "ResourceName",
	"ListGroups Groups":                          "Group",
	"CreatePartitions Topics":                    "Topic",
	"AlterReplicaLogDirs Topics":                 "Topic",
	"UpdateFeatures Results":                     "Feature",
	"ElectLeaders Topics":                        "Topic",
	"DescribeProducers Topics":                   "Topic",
	"ConsumerGroupDescribe Groups":               "Group",
	"AlterPartitionReassignments Topics":         "Topic",
	"ListPartitionReassignments Topics":          "Topic",
	"DescribeLogDirs Dirs[].Topics[].Partitions": "Partition",
}

// keyOf is the field that names the elements of a list, or "".
func keyOf(api, field string) string {
	return keys[api+" "+generic(field)]
}

// generic takes the keys out of a field's name.
func generic(field string) string {
	b := make([]byte, 0, len(field))
	inside := false
	for i := range len(field) {
		if field[i] == ']' {
			inside = false
		}
		if !inside {
			b = append(b, field[i])
		}
		if field[i] == '[' {
			inside = true
		}
	}
	return string(b)
}

// errorName is what Kafka calls an error code.
func errorName(code int16) string {
	if code == 0 {
		return "0"
	}
	if err, ok := kerr.ErrorForCode(code).(*kerr.Error); ok && err.Code == code {
		return err.Message
	}
	return strconv.Itoa(int(code))
}

// firstError finds the first error code of an answer that is not 0.
func firstError(v reflect.Value) int16 {
	switch v.Kind() {
	case reflect.Pointer:
		if !v.IsNil() {
			return firstError(v.Elem())
		}
	case reflect.Slice:
		for i := range v.Len() {
			if code := firstError(v.Index(i)); code != 0 {
				return code
			}
		}
	case reflect.Struct:
		for i := range v.NumField() {
			f := v.Type().Field(i)
			if f.Name == "ErrorCode" && v.Field(i).Int() != 0 {
				return int16(v.Field(i).Int())
			}
			if f.IsExported() {
				if code := firstError(v.Field(i)); code != 0 {
					return code
				}
			}
		}
	default:
	}
	return 0
}

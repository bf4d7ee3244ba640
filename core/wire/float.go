package wire

import (
	"math"
	"strconv"

	"momus/core/record"

	"github.com/twmb/franz-go/pkg/kmsg"
)

// QuotaBits takes the value out of a quota's alteration.
func QuotaBits(op *kmsg.AlterClientQuotasRequestEntryOp) record.FloatBits {
	return record.FloatBits(math.Float64bits(op.Value))
}

// SetQuota puts the value into a quota's description.
func SetQuota(v *kmsg.DescribeClientQuotasResponseEntryValue, bits record.FloatBits) {
	v.Value = math.Float64frombits(uint64(bits))
}

// float writes a float down.
func (w *walker) float(bits uint64) {
	if w.printing {
		w.text = strconv.AppendFloat(w.text, math.Float64frombits(bits), 'g', -1, 64)
	}
}

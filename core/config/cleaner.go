package config

// The cleaner's keys that hold at once when they are set for brokers.
const (
	cleanerThreads    = "log.cleaner.threads"
	cleanerBackoff    = "log.cleaner.backoff.ms"
	cleanerDedupe     = "log.cleaner.dedupe.buffer.size"
	cleanerLoadFactor = "log.cleaner.io.buffer.load.factor"
	cleanerBytes      = "log.cleaner.io.max.bytes.per.second"
)

// resolveCleaner takes what is set dynamically for brokers.
func resolveCleaner(c *Cleaner, dynamic []Override) {
	set := func(name string, take func(value)) {
		if raw, set := lastOverride(dynamic, name); set {
			if v, errText := mustBroker(name).parse(raw); errText == "" {
				take(v)
			}
		}
	}
	set(cleanerThreads, func(v value) { c.Threads = int32(v.number) })
	set(cleanerBackoff, func(v value) { c.Backoff = millis(v) })
	set(cleanerDedupe, func(v value) { c.DedupeBytes = v.number })
	set(cleanerLoadFactor, func(v value) { c.LoadFactor = CleanerLoad(v.text) })
	set(cleanerBytes, func(v value) { c.BytesPerSecond = CleanerRate(v.text) })
}

// CleanerLoad is log.cleaner.io.buffer.load.factor in billionths. A table can be no fuller than full, and must have
// room for some.
func CleanerLoad(text string) int64 {
	n, _ := Billionths(text)
	return min(max(n, billion/100), billion)
}

// CleanerRate is log.cleaner.io.max.bytes.per.second in whole bytes, of which there is at least one.
func CleanerRate(text string) int64 {
	n, _ := Whole(text)
	return max(n, 1)
}

// Package quota measures what clients use and says for how long they are to be throttled: what sessions
// count of bytes, time and connections (KIP-13, KIP-124, KIP-612), and the controller of changed partitions (KIP-599).
//
// Input is the image, which has the quotas, and amounts with their times; output is how long whoever used
// that much is to wait. Times are milliseconds of the monotonic clock; there are no floats, a limit is a
// number of millionths a second.
//
//	limit.go   which limit holds for a client
//	meters.go  the meters, one for all who share a limit, forgotten when nobody uses them
//	rate.go    windows, as Kafka's sampled rates
//	bucket.go  tokens, as Kafka's token bucket
//
// Invariants:
//
//  1. There are never more meters than Limits.QuotaMeters; one more takes the place of the one that was not
//     used for the longest time. One that was not used for an hour is dropped, as Kafka's sensors are.
//  2. Who has no limit has no meter.
//  3. A rate is at most the limit over the windows that are remembered, but for what was recorded last: so
//     whoever waits as told is over the limit by one request at most.
package quota

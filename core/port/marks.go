package port

// Mark is a rare branch that a simulated world should reach: a report of many seeds names those that none
// did. This is the closed list of them; what a mark is of stands at the one place that hits it.
type Mark uint8

// The marks, as their names in markNames say.
const (
	MarkDuplicateUncommitted Mark = iota
	MarkOutOfOrder
	MarkFencedEpoch
	MarkProduceFrozen
	MarkLargerThanSegment
	MarkWaitersRefused
	MarkCheckpointAboveEnd
	MarkClosedWhileOpening
	MarkDeletedWhileOpening
	MarkDeletedUnopened
	MarkFailedWhileClosing
	MarkRollIndexFull
	MarkRollAged
	MarkRetainAll
	MarkRetainFrozen
	MarkRetainTrimmed
	MarkRetainHeld
	MarkPurgeSeveral
	MarkTrimFrozen
	MarkTrimOutOfRange
	MarkTrimsRefused
	MarkTrimWithin
	MarkSessionIdleOut
	MarkSessionRefused
	MarkSessionLesserOut
	MarkSessionEpoch
	MarkSessionGone
	MarkSessionEmptied
	MarkSessionGoneMeanwhile
	MarkFetchReadFailed
	MarkFetchOvertaken
	MarkFetchWaitersFull
	MarkFetchInTurns
	MarkFetchGivenUp
	MarkStalePolicy
	MarkCrowded
	MarkProduceTimedOut
	MarkConnWaits
	MarkConnGaveUp
	MarkFetchKeptBack
	MarkMutedLonger
	MarkArrivalsFull
	MarkBodyStarved
	MarkBatchStarved
	MarkSlabMoved
	MarkSlotsMoved
	MarkSecondLook
	MarkRotBelow
	MarkTornTail
	MarkRotBeforeSegment
	MarkProbing
	MarkProbeFound
	MarkSnapshotOfAnother
	MarkEndsBelow
	MarkLeapBroken
	MarkLossAccepted
	MarkLogEmptied
	MarkOtherTopic
	MarkStartBeyondEnd
	MarkRewritten
	MarkTrashGone
	MarkBelowStart
	MarkSegmentCut
	MarkIndexWrong
	MarkIndexNotKept
	MarkStartOver
	MarkTailNotKept
	MarkTailEvicted
	MarkSnapshotGone
	MarkSnapshotInParts
	MarkSnapshotLeftover
	MarkReplayedInstead
	MarkTrimUnderWay
	MarkDamagedRemoved
	MarkGroupPreviousEpoch
	MarkGroupOlderEpoch
	MarkGroupJoinsAgain
	MarkGroupRevokesOn
	MarkGroupGivenBack
	MarkGroupReplaced
	MarkGroupUpgraded
	MarkGroupNotUpgraded
	MarkGroupDowngraded
	MarkGroupDowngradedByOne
	MarkGroupDowngradedEarly
	MarkRegexTopicCame
	MarkRegexRefreshed
	MarkCommitOlderEpoch
	MarkCommitStaleEpoch
	MarkCommitOldVersion
	MarkOffsetOfAnother
	MarkAppendTimedOut
	markCount
)

var markNames = [markCount]string{
	MarkDuplicateUncommitted: "produce/duplicate-of-uncommitted",
	MarkOutOfOrder:           "produce/out-of-order",
	MarkFencedEpoch:          "produce/fenced-epoch",
	MarkProduceFrozen:        "produce/while-log-is-handed-over",
	MarkLargerThanSegment:    "produce/larger-than-a-segment",
	MarkWaitersRefused:       "produce/waiters-refused",
	MarkCheckpointAboveEnd:   "open/checkpoint-above-the-end",
	MarkClosedWhileOpening:   "open/closed-meanwhile",
	MarkDeletedWhileOpening:  "delete/while-opening",
	MarkDeletedUnopened:      "delete/without-a-directory",
	MarkFailedWhileClosing:   "fail/while-closing",
	MarkRollIndexFull:        "roll/index-full",
	MarkRollAged:             "roll/aged",
	MarkRetainAll:            "retention/takes-the-active-segment",
	MarkRetainFrozen:         "retention/while-log-is-handed-over",
	MarkRetainTrimmed:        "retention/of-what-was-deleted",
	MarkRetainHeld:           "retention/held-by-the-high-watermark",
	MarkPurgeSeveral:         "retention/several-purges-at-once",
	MarkTrimFrozen:           "delete-records/while-log-is-handed-over",
	MarkTrimOutOfRange:       "delete-records/out-of-range",
	MarkTrimsRefused:         "delete-records/waiters-refused",
	MarkTrimWithin:           "delete-records/within-a-segment",
	MarkSessionIdleOut:       "fetch-session/idle-one-evicted",
	MarkSessionRefused:       "fetch-session/no-slot",
	MarkSessionLesserOut:     "fetch-session/lesser-one-evicted",
	MarkSessionEpoch:         "fetch-session/wrong-epoch",
	MarkSessionGone:          "fetch-session/not-found",
	MarkSessionEmptied:       "fetch-session/emptied",
	MarkSessionGoneMeanwhile: "fetch-session/gone-while-fetching",
	MarkFetchReadFailed:      "fetch/read-failed",
	MarkFetchOvertaken:       "fetch/enough-while-reading",
	MarkFetchWaitersFull:     "fetch/too-many-waiters",
	MarkFetchInTurns:         "fetch/reads-in-turns",
	MarkFetchGivenUp:         "fetch/connection-gone-while-parked",
	MarkStalePolicy:          "produce/validated-against-an-old-policy",
	MarkCrowded:              "produce/waits-for-room-in-the-log",
	MarkProduceTimedOut:      "produce/timed-out",
	MarkConnWaits:            "connections/waits-for-a-place",
	MarkConnGaveUp:           "connections/hung-up-before-it-was-let-in",
	MarkFetchKeptBack:        "quota/fetch-kept-back",
	MarkMutedLonger:          "quota/muted-for-longer",
	MarkArrivalsFull:         "connection/large-frame-waits-for-others",
	MarkBodyStarved:          "connection/no-buffer-for-a-large-frame",
	MarkBatchStarved:         "connection/no-buffer-for-a-batch",
	MarkSlabMoved:            "connection/half-a-frame-moved-to-the-front",
	MarkSlotsMoved:           "connection/requests-in-flight-moved",
	MarkSecondLook:           "recovery/second-look",
	MarkRotBelow:             "recovery/rot-in-what-was-flushed",
	MarkTornTail:             "recovery/torn-tail",
	MarkRotBeforeSegment:     "recovery/rot-before-a-segment",
	MarkProbing:              "recovery/looks-for-batches-behind-a-bad-one",
	MarkProbeFound:           "recovery/sound-batch-behind-a-bad-one",
	MarkSnapshotOfAnother:    "recovery/producer-snapshot-above-a-clean-end",
	MarkEndsBelow:            "recovery/ends-below-what-was-flushed",
	MarkLeapBroken:           "recovery/index-promised-another-time",
	MarkLossAccepted:         "recovery/loss-accepted",
	MarkLogEmptied:           "recovery/flushed-log-is-empty",
	MarkOtherTopic:           "recovery/directory-of-another-topic",
	MarkStartBeyondEnd:       "recovery/log-start-beyond-the-end",
	MarkRewritten:            "recovery/written-once-more",
	MarkTrashGone:            "recovery/trash-went-meanwhile",
	MarkBelowStart:           "recovery/segment-below-the-log-start",
	MarkSegmentCut:           "recovery/segment-behind-the-end",
	MarkIndexWrong:           "recovery/wrong-index",
	MarkIndexNotKept:         "recovery/index-does-not-fit",
	MarkStartOver:            "recovery/starts-over",
	MarkTailNotKept:          "tail-cache/no-room",
	MarkTailEvicted:          "tail-cache/evicted",
	MarkSnapshotGone:         "metadata/snapshot-gone-before-it-was-read",
	MarkSnapshotInParts:      "metadata/snapshot-read-in-parts",
	MarkSnapshotLeftover:     "metadata/unfinished-snapshot-removed",
	MarkReplayedInstead:      "metadata/log-stands-in-for-a-snapshot",
	MarkTrimUnderWay:         "metadata/cleaned-while-a-trim-is-under-way",
	MarkDamagedRemoved:       "metadata/damaged-snapshot-replaced",
	MarkGroupPreviousEpoch:   "group/heartbeat-with-the-previous-epoch",
	MarkGroupOlderEpoch:      "group/heartbeat-with-an-older-epoch",
	MarkGroupJoinsAgain:      "group/member-joins-again",
	MarkGroupRevokesOn:       "group/revokes-more-at-the-same-epoch",
	MarkGroupGivenBack:       "group/own-revocation-given-back",
	MarkGroupReplaced:        "group/static-member-replaced",
	MarkGroupUpgraded:        "group/upgraded",
	MarkGroupNotUpgraded:     "group/upgrade-refused",
	MarkGroupDowngraded:      "group/downgraded",
	MarkGroupDowngradedByOne: "group/downgraded-by-a-replaced-member",
	MarkGroupDowngradedEarly: "group/downgraded-before-its-target-was-reached",
	MarkRegexTopicCame:       "group/regex-resolved-for-a-new-topic",
	MarkRegexRefreshed:       "group/regex-refreshed",
	MarkCommitOlderEpoch:     "offsets/commit-with-an-older-epoch",
	MarkCommitStaleEpoch:     "offsets/commit-of-a-partition-given-since",
	MarkCommitOldVersion:     "offsets/commit-of-a-version-without-epochs",
	MarkOffsetOfAnother:      "offsets/told-none-of-another-topic-of-the-name",
	MarkAppendTimedOut:       "group/append-timed-out",
}

// String is the mark's name.
func (m Mark) String() string { return markNames[m] }

// MarkCount is how many there are.
const MarkCount = int(markCount)

// Marks is a set of marks. Hitting one costs an or; whoever runs the machines takes the set or lets it be.
type Marks [(MarkCount + 63) / 64]uint64

// Hit adds a mark.
func (s *Marks) Hit(m Mark) { s[m/64] |= 1 << (m % 64) }

// Has tells whether a mark is in the set.
func (s *Marks) Has(m Mark) bool { return s[m/64]>>(m%64)&1 == 1 }

// Take adds another set, and empties that.
func (s *Marks) Take(o *Marks) {
	for i := range s {
		s[i] |= o[i]
		o[i] = 0
	}
}

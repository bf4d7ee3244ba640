package sim

// floors are how often things must at least happen in 100 seeds, or `momus sim --floors` fails: a
// green run in which nothing happened says nothing. Each is half the mean of 1,000 seeds on the day
// it was set. They are lowered only by a commit that says why.
var floors = []Count{
	{"acked", 5000},
	{"crash-lossy", 100},
}

package config

import "testing"

func TestAPortThatTheSystemChoseIsAdvertised(t *testing.T) {
	for _, test := range []struct{ before, after Listener }{
		{Listener{}, Listener{Port: 5, AdvertisedPort: 5}},
		{Listener{AdvertisedPort: 7}, Listener{Port: 5, AdvertisedPort: 7}},
		{Listener{Controller: true}, Listener{Port: 5, Controller: true}},
		{Listener{Port: 5, AdvertisedPort: 6}, Listener{Port: 5, AdvertisedPort: 6}},
	} {
		if test.before.Bound(5); test.before != test.after {
			t.Errorf("got %+v, want %+v", test.before, test.after)
		}
	}
}

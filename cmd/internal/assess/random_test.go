package assess_test

import (
	"encoding/json"
	"math/rand/v2"
	"os"
	"strconv"
	"sync"
	"testing"

	"github.com/awsready/awsready/cmd/internal/assess"
	"github.com/awsready/awsready/fixtures"
	"github.com/awsready/awsready/scanners/evidence"
	"github.com/awsready/awsready/scoring"
	"github.com/awsready/awsready/workload"
)

// randomAccounts is how many accounts the property is tried on; make property tries 10,000.
func randomAccounts(t *testing.T) int {
	if n, err := strconv.Atoi(os.Getenv("AWSREADY_ACCOUNTS")); err == nil {
		return n
	}
	if testing.Short() {
		return 20
	}
	return 500
}

// TestRandomAccountsWithRandomGaps makes accounts of random parts of the recorded ones, masks random
// facts and lists, then one more: what is known less never raises a low end nor lowers a high end.
func TestRandomAccountsWithRandomGaps(t *testing.T) {
	parts := pool{}
	var bases []map[string]any
	for _, account := range []*fixtures.Account{fixtures.Demo(), second(t)} {
		read, _ := scan(t, account, nil)
		body, err := json.Marshal(read)
		if err != nil {
			t.Fatal(err)
		}
		var base map[string]any
		if err := json.Unmarshal(body, &base); err != nil {
			t.Fatal(err)
		}
		parts.collect("", base)
		bases = append(bases, base)
	}
	n := randomAccounts(t)
	seeds := make(chan uint64, n)
	for seed := range uint64(n) {
		seeds <- seed
	}
	close(seeds)
	var workers sync.WaitGroup
	for range 2 {
		workers.Go(func() {
			for seed := range seeds {
				tryMasks(t, rand.New(rand.NewPCG(seed, 7)), parts, bases, seed)
			}
		})
	}
	workers.Wait()
}

func tryMasks(t *testing.T, random *rand.Rand, parts pool, bases []map[string]any, seed uint64) {
	body, err := json.Marshal(parts.mix(random, "", bases[random.IntN(len(bases))]))
	if err != nil {
		t.Error(err)
		return
	}
	account := new(evidence.Account)
	if err := json.Unmarshal(body, account); err != nil {
		t.Errorf("seed %d: %v", seed, err)
		return
	}
	settings := scoring.DefaultSettings
	settings.MultiRegion, settings.MultiTenant = random.IntN(2) == 0, random.IntN(2) == 0
	rate := func() *scoring.Scores {
		in := &scoring.Input{Account: account, Workload: workload.New(account), Settings: settings}
		return scoring.Score(assess.Checklist, in, scoring.Options{})
	}
	knows := rate()
	var places []evidence.Unreadable
	evidence.Walk(account, func(_ string, u evidence.Unreadable) { places = append(places, u) })
	random.Shuffle(len(places), func(i, j int) { places[i], places[j] = places[j], places[i] })
	masks := random.IntN(min(len(places), 12))
	for step, count := range []int{masks, 1} {
		for range count {
			places[0].Blank(evidence.Gap{Service: "test", Operation: "Any", Permission: "test:Any", Reason: evidence.Denied})
			places = places[1:]
		}
		less := rate()
		for _, problem := range wider(knows, less) {
			t.Errorf("seed %d, step %d: %s", seed, step, problem)
		}
		knows = less
	}
}

// pool holds the items that the recorded accounts have in each list, and the facts of each field.
type pool map[string][]any

func (p pool) collect(path string, v any) {
	switch v := v.(type) {
	case map[string]any:
		if _, fact := v["value"]; fact {
			p[path+"!"] = append(p[path+"!"], v)
		}
		for name, member := range v {
			p.collect(path+"."+name, member)
		}
	case []any:
		for _, item := range v {
			p[path] = append(p[path], item)
			p.collect(path+"[]", item)
		}
	}
}

// mix copies a value with another choice of at most two items in each list, and now and then another
// resource's fact.
func (p pool) mix(random *rand.Rand, path string, v any) any {
	switch v := v.(type) {
	case map[string]any:
		if choices := p[path+"!"]; len(choices) > 0 && random.IntN(5) == 0 {
			return choices[random.IntN(len(choices))]
		}
		copied := make(map[string]any, len(v))
		for name, member := range v {
			copied[name] = p.mix(random, path+"."+name, member)
		}
		return copied
	case []any:
		if path == ".regions" {
			copied := make([]any, len(v))
			for i := range v {
				copied[i] = p.mix(random, path+"[]", v[i])
			}
			return copied
		}
		choices := p[path]
		copied := []any{}
		for range random.IntN(3) {
			if len(choices) > 0 {
				copied = append(copied, p.mix(random, path+"[]", choices[random.IntN(len(choices))]))
			}
		}
		return copied
	}
	return v
}

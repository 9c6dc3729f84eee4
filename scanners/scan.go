package scanners

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"golang.org/x/time/rate"

	"github.com/awsready/awsready/scanners/evidence"
	"github.com/awsready/awsready/workload"
)

// Options say what a scan reads and how hard it may work. The zero value of each field is its default.
type Options struct {
	Regions     []string // names, or "all"; empty for the home region and those that show a GenAI workload
	Skip        []string // services that are not asked
	Scope       string   // "workload" (default) or "account"
	WorkloadTag string   // key=value that narrows the workload
	Metrics     bool     // allow billed metric data
	Concurrency int      // services and regions at a time; default 16
	Clock       time.Time
	KeepInput   bool // let the transport see each call's input
	Unlimited   bool // ignore the operations' rates; for accounts that are not AWS's
	Stats       *Stats
	Trace       func(CallTrace)          // called for every request
	Started     func(Identity, []string) // called once the regions are chosen, before they are read
}

// Parallel is the number of reads that one scanner makes side by side in one region.
const Parallel = 8

// Scan identifies the caller and reads the account. It fails only where nobody could be identified;
// everything else that goes wrong is a gap in the evidence. Cancelling ctx ends the scan early and
// leaves what was not read as gaps.
func Scan(ctx context.Context, cfg aws.Config, list []Scanner, o Options) (*evidence.Account, error) {
	s := newScan(cfg, list, o)
	identity, err := s.identify(ctx)
	if err != nil {
		return nil, err
	}
	s.account = &evidence.Account{
		ID: identity.Account, Partition: identity.Partition, Caller: identity.ARN, Clock: s.o.Clock, Home: homeRegion(identity.Partition),
		Scan: evidence.Scan{Scope: s.o.Scope, WorkloadTag: o.WorkloadTag, Metrics: o.Metrics, Skipped: o.Skip},
	}
	s.chooseRegions(ctx)
	if o.Started != nil {
		o.Started(identity, regionNames(s.account))
	}
	s.read(ctx)
	evidence.FillUnset(s.account, evidence.Gap{Reason: evidence.NotAsked, Detail: "the workload does not reach it"})
	return s.account, nil
}

func regionNames(a *evidence.Account) []string {
	names := make([]string, len(a.Regions))
	for i := range a.Regions {
		names[i] = a.Regions[i].Name
	}
	return names
}

// homeRegion is where a partition's global services are asked (AWS General Reference, service endpoints).
func homeRegion(partition string) string {
	switch partition {
	case "aws-cn":
		return "cn-north-1"
	case "aws-us-gov":
		return "us-gov-west-1"
	}
	return "us-east-1"
}

// scan is the state of one Scan.
type scan struct {
	cfg     aws.Config
	list    []Scanner
	o       Options
	account *evidence.Account
	limits  *limits // nil where rates are ignored
	slots   chan struct{}
	reached sync.Map // region to *atomic.Bool
}

func newScan(cfg aws.Config, list []Scanner, o Options) *scan {
	if o.Concurrency <= 0 {
		o.Concurrency = 16
	}
	if o.Clock.IsZero() {
		o.Clock = time.Now()
	}
	o.Clock = o.Clock.UTC().Truncate(time.Second)
	if o.Scope == "" {
		o.Scope = workload.ScopeWorkload
	}
	if o.Stats == nil {
		o.Stats = new(Stats)
	}
	cfg = cfg.Copy()
	cfg.HTTPClient = lock{counter{cfg.HTTPClient, o.Stats, o.Trace}}
	s := &scan{cfg: cfg, list: list, o: o, slots: make(chan struct{}, o.Concurrency)}
	if !o.Unlimited {
		s.limits = &limits{buckets: map[string]*rate.Limiter{}}
	}
	return s
}

// run prepares one scanner's work in one region.
func (s *scan) run(ctx context.Context, scanner *Scanner, region string) *Run {
	reached, _ := s.reached.LoadOrStore(region, new(atomic.Bool))
	run := &Run{
		Config: guarded(s.cfg, guard{scanner, region, s.o.KeepInput, s.limits}),
		Region: region, Clock: s.o.Clock, Metrics: s.o.Metrics,
		scanner: scanner, parallel: Parallel, reached: reached.(*atomic.Bool), ended: ctx.Err,
	}
	if s.account != nil {
		run.Account, run.Partition = s.account.ID, s.account.Partition
	}
	return run
}

func (s *scan) identify(ctx context.Context) (Identity, error) {
	for i := range s.list {
		if s.list[i].Identify != nil {
			return s.list[i].Identify(ctx, s.run(ctx, &s.list[i], s.cfg.Region))
		}
	}
	return Identity{}, fmt.Errorf("no scanner identifies the caller")
}

// chooseRegions decides which regions are scanned and records why others are not.
func (s *scan) chooseRegions(ctx context.Context) {
	named := slices.DeleteFunc(slices.Clone(s.o.Regions), func(r string) bool { return r == "all" })
	candidates := evidence.Listed(named...)
	all := len(named) < len(s.o.Regions)
	if all || len(named) == 0 {
		candidates = s.enabledRegions(ctx)
		if !slices.Contains(candidates.Found(), s.cfg.Region) {
			candidates.Append(evidence.Listed(s.cfg.Region))
		}
		candidates.Append(evidence.Listed(slices.DeleteFunc(named, func(r string) bool { return slices.Contains(candidates.Found(), r) })...))
	}
	regions := slices.Compact(slices.Sorted(slices.Values(candidates.Found())))
	s.account.Quiet, s.account.Closed = []string{}, []evidence.Gap{}
	for i, signs := range s.probe(ctx, regions) {
		region := evidence.Region{Name: regions[i], Signs: signs}
		asked := slices.Contains(named, region.Name)
		closed := closedRegion(&region)
		switch {
		case closed != nil && !asked && closed.Reason == evidence.OrgDenied:
			s.account.Closed = append(s.account.Closed, *closed)
			continue
		case closed != nil:
			evidence.FillUnset(&region, *closed)
			region.Signs = evidence.Partial[string](nil, *closed)
		case !asked && !all && region.Name != s.cfg.Region && len(signs.Gaps()) == 0 && len(signs.Found()) == 0:
			s.account.Quiet = append(s.account.Quiet, region.Name)
			continue
		}
		s.account.Regions = append(s.account.Regions, region)
	}
	if gaps := candidates.Gaps(); len(gaps) > 0 {
		rest := evidence.Region{Name: "*"}
		evidence.FillUnset(&rest, gaps[0])
		s.account.Regions = append(s.account.Regions, rest)
	}
}

func (s *scan) enabledRegions(ctx context.Context) evidence.List[string] {
	for i := range s.list {
		if s.list[i].Regions != nil {
			return s.list[i].Regions(ctx, s.run(ctx, &s.list[i], s.account.Home))
		}
	}
	return evidence.Listed[string]()
}

// probe looks for signs of a GenAI workload in every region at once.
func (s *scan) probe(ctx context.Context, regions []string) []evidence.List[string] {
	signs := make([]evidence.List[string], len(regions))
	var wait sync.WaitGroup
	var mu sync.Mutex
	for i, region := range regions {
		signs[i] = evidence.Listed[string]()
		for j := range s.list {
			scanner := &s.list[j]
			if scanner.Probe == nil {
				continue
			}
			if slices.Contains(s.o.Skip, scanner.Service) {
				signs[i].Append(evidence.Partial[string](nil, s.skipped(scanner, region)))
				continue
			}
			wait.Go(func() {
				s.slots <- struct{}{}
				defer func() { <-s.slots }()
				found := probeOne(ctx, s.run(ctx, scanner, region), scanner)
				mu.Lock()
				defer mu.Unlock()
				signs[i].Append(found)
			})
		}
	}
	wait.Wait()
	for i := range signs {
		sorted := slices.Sorted(slices.Values(signs[i].Found()))
		signs[i] = evidence.Partial(sorted, signs[i].Gaps()...)
	}
	return signs
}

func probeOne(ctx context.Context, run *Run, scanner *Scanner) (signs evidence.List[string]) {
	defer func() {
		if recovered := recover(); recovered != nil {
			signs = evidence.Partial[string](nil, panicGap(scanner, run.Region, "", recovered))
		}
	}()
	return scanner.Probe(ctx, run)
}

// The error codes with which a region answers an account that has not enabled it.
var notEnabledCodes = []string{"UnrecognizedClientException", "InvalidClientTokenId", "AuthFailure", "OptInRequired"}

// closedRegion returns the one gap of a region in which every probe was refused by an organization's
// policy, or which is not enabled for the account.
func closedRegion(region *evidence.Region) *evidence.Gap {
	gaps := region.Signs.Gaps()
	if len(gaps) == 0 || len(region.Signs.Found()) > 0 {
		return nil
	}
	for _, g := range gaps {
		if slices.Contains(notEnabledCodes, g.Code) {
			return &evidence.Gap{Region: region.Name, Code: g.Code, Reason: evidence.Failed,
				Detail: "the region does not accept this account's credentials: it is not enabled for the account, or does not exist"}
		}
		if g.Reason != evidence.OrgDenied {
			return nil
		}
	}
	return &evidence.Gap{Region: region.Name, Code: gaps[0].Code, Reason: evidence.OrgDenied, Detail: "an organization's policy closes the region"}
}

// skipped is the gap of a service that a flag left out.
func (s *scan) skipped(scanner *Scanner, region string) evidence.Gap {
	return evidence.Gap{Service: scanner.Service, Region: region, Reason: evidence.NotAsked, Detail: "left out by --skip-service " + scanner.Service}
}

// read runs every scanner, each as soon as the services that it needs are done in all regions.
func (s *scan) read(ctx context.Context) {
	done := map[string]chan struct{}{}
	for i := range s.list {
		done[s.list[i].Service] = make(chan struct{})
	}
	var all sync.WaitGroup
	for i := range s.list {
		scanner := &s.list[i]
		targets := s.targets(scanner)
		s.o.Stats.Total.Add(int64(len(targets)))
		all.Go(func() {
			defer close(done[scanner.Service])
			for _, need := range scanner.Needs {
				if other := done[need]; other != nil {
					<-other
				}
			}
			view := s.account.View(scanner.Needs...)
			graph := workload.New(view)
			var wait sync.WaitGroup
			for _, target := range targets {
				wait.Go(func() {
					s.slots <- struct{}{}
					defer func() { <-s.slots }()
					run := s.run(ctx, scanner, target.region)
					run.Evidence, run.Workload = view, graph
					s.readOne(ctx, scanner, run, target)
					s.o.Stats.Done.Add(1)
				})
			}
			wait.Wait()
		})
	}
	all.Wait()
}

// target is one part of the evidence that one scanner fills.
type target struct {
	region string
	part   any // pointer to the service's part of the evidence
	into   *evidence.Region
}

func (s *scan) targets(scanner *Scanner) []target {
	if scanner.Global != nil {
		return []target{{s.account.Home, evidence.Service(s.account, scanner.Service), nil}}
	}
	var targets []target
	if scanner.Regional != nil {
		for i := range s.account.Regions {
			region := &s.account.Regions[i]
			if region.Name != "*" && closedRegion(region) == nil {
				targets = append(targets, target{region.Name, evidence.Service(region, scanner.Service), region})
			}
		}
	}
	return targets
}

func (s *scan) readOne(ctx context.Context, scanner *Scanner, run *Run, t target) {
	defer func() {
		if recovered := recover(); recovered != nil {
			evidence.FillUnset(t.part, panicGap(scanner, t.region, "", recovered))
		}
		if ctx.Err() != nil {
			evidence.FillUnset(t.part, run.Gap("", "", evidence.Interrupted, ""))
		}
	}()
	switch {
	case slices.Contains(s.o.Skip, scanner.Service):
		evidence.FillUnset(t.part, s.skipped(scanner, t.region))
	case ctx.Err() != nil:
	case scanner.Global != nil:
		scanner.Global(ctx, run, s.account)
	default:
		scanner.Regional(ctx, run, t.into)
	}
}

package scanners

import (
	"context"
	"sync"
	"sync/atomic"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"golang.org/x/sync/errgroup"

	"github.com/awsready/awsready/scanners/evidence"
	"github.com/awsready/awsready/workload"
)

// Run is one scanner's work in one region.
type Run struct {
	Config    aws.Config // guarded: make clients from it
	Region    string
	Account   string
	Partition string
	Clock     time.Time         // the scan's now
	Metrics   bool              // billed metric data is allowed
	Evidence  *evidence.Account // what the services under Needs said; read only
	Workload  *workload.Graph   // drawn from Evidence: which resources deserve reads of their own

	scanner  *Scanner
	parallel int
	reached  *atomic.Bool // AWS has answered in this region
	ended    func() error // why the scan ended early; nil while it runs
}

// Gap returns a gap of this run, for something that was not asked.
func (r *Run) Gap(operation, resource string, reason evidence.Reason, detail string) evidence.Gap {
	gap := evidence.Gap{Service: r.scanner.Service, Operation: operation, Region: r.Region, Resource: resource, Reason: reason, Detail: detail}
	if declared := r.scanner.declared(operation); declared != nil && len(declared.IAM) > 0 {
		gap.Permission = declared.IAM[0]
	}
	return gap
}

// ARN builds the ARN of a resource of this account and region.
func (r *Run) ARN(service, resource string) string {
	return "arn:" + r.Partition + ":" + service + ":" + r.Region + ":" + r.Account + ":" + resource
}

// Read makes one read about a resource: its value, or the gap that an error or a panic left.
func Read[T any](r *Run, resource string, read func() (T, error)) (fact evidence.Fact[T]) {
	defer func() {
		if recovered := recover(); recovered != nil {
			fact = evidence.Missing[T](panicGap(r.scanner, r.Region, resource, recovered))
		}
	}()
	value, err := read()
	if err != nil {
		return evidence.Missing[T](r.gapOf(err, resource))
	}
	r.reached.Store(true)
	return evidence.Known(value)
}

// Paginator is what every paginator of the SDK offers.
type Paginator[Output, Options any] interface {
	HasMorePages() bool
	NextPage(ctx context.Context, options ...func(*Options)) (*Output, error)
}

// Pages reads a listing to its end. What was listed before an error is kept beside the gap.
// resource is what the listing belongs to; empty for a service's own.
func Pages[Output, Options, R any](ctx context.Context, r *Run, resource string, pages Paginator[Output, Options], items func(*Output) []R) evidence.List[R] {
	var found []R
	for pages.HasMorePages() {
		page := Read(r, resource, func() ([]R, error) {
			output, err := pages.NextPage(ctx)
			if err != nil {
				return nil, err
			}
			return items(output), nil
		})
		if gap := page.Gap(); gap != nil {
			if gap.Reason == evidence.Unavailable && len(found) == 0 {
				return evidence.Listed[R]()
			}
			return evidence.Partial(found, *gap)
		}
		evidence.With(page, func(items []R) evidence.Verdict {
			found = append(found, items...)
			return evidence.Verdict{}
		})
	}
	return evidence.Listed(found...)
}

// Items reads a listing that has no pages.
func Items[R any](r *Run, resource string, read func() ([]R, error)) evidence.List[R] {
	page := Read(r, resource, read)
	if gap := page.Gap(); gap != nil {
		if gap.Reason == evidence.Unavailable {
			return evidence.Listed[R]()
		}
		return evidence.Partial[R](nil, *gap)
	}
	var found []R
	evidence.With(page, func(items []R) evidence.Verdict { found = items; return evidence.Verdict{} })
	return evidence.Listed(found...)
}

// Tokens adapts an operation for which the SDK has no paginator. next makes one call with the token
// of the page before it and returns the next token, nil after the last page.
func Tokens[R any](r *Run, resource string, next func(token *string) ([]R, *string, error)) evidence.List[R] {
	var all evidence.List[R]
	var token *string
	for {
		var after *string
		all.Append(Items(r, resource, func() (items []R, err error) {
			items, after, err = next(token)
			return items, err
		}))
		if aws.ToString(after) == "" || len(all.Gaps()) > 0 {
			return all
		}
		token = after
	}
}

// Each fills in every item of a list, several at a time. A panic over one item leaves what was not
// yet read of it as gaps and spares the others.
func Each[R any](ctx context.Context, r *Run, list evidence.List[R], id func(*R) string, fill func(*R)) {
	items := list.Found()
	var group errgroup.Group
	group.SetLimit(r.parallel)
	for i := range items {
		group.Go(func() error {
			defer func() {
				if recovered := recover(); recovered != nil {
					evidence.FillUnset(&items[i], panicGap(r.scanner, r.Region, id(&items[i]), recovered))
				}
			}()
			if ctx.Err() != nil {
				evidence.FillUnset(&items[i], r.Gap("", id(&items[i]), evidence.Interrupted, ""))
				return nil
			}
			fill(&items[i])
			return nil
		})
	}
	_ = group.Wait() // the functions above return no errors: a failed read is a gap
}

// Together runs independent reads of one scanner side by side. A panic in one becomes a gap in what
// it had not yet filled, once the scanner ends.
func (r *Run) Together(reads ...func()) {
	var (
		group    errgroup.Group
		once     sync.Once
		panicked any
	)
	group.SetLimit(r.parallel)
	for _, read := range reads {
		group.Go(func() error {
			defer func() {
				if recovered := recover(); recovered != nil {
					once.Do(func() { panicked = recovered })
				}
			}()
			read()
			return nil
		})
	}
	_ = group.Wait()
	if panicked != nil {
		panic(panicked)
	}
}

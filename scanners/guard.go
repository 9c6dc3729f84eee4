package scanners

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"sync"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/smithy-go/middleware"
	"golang.org/x/time/rate"
)

// ErrUndeclared is returned for an operation that no scanner declared. Nothing was sent.
var ErrUndeclared = errors.New("refused: the operation is not among the scanner's declared read-only operations")

type contextKey int

const callKey contextKey = 0

// Call is what a transport may know of the API call behind a request.
type Call struct {
	Service   string // SDK package name
	Operation string
	Region    string
	Input     json.RawMessage // the call's input with its unset members left out; only when asked for
}

// CallOf returns the declared call that a request belongs to. A request without one did not pass the guard.
func CallOf(r *http.Request) (Call, bool) {
	call, ok := r.Context().Value(callKey).(Call)
	return call, ok
}

// guard lets only declared operations pass, and spaces those that have a rate.
type guard struct {
	scanner   *Scanner
	region    string
	keepInput bool
	limits    *limits
}

func (g guard) ID() string { return "awsready.Guard" }

func (g guard) HandleInitialize(ctx context.Context, in middleware.InitializeInput, next middleware.InitializeHandler) (middleware.InitializeOutput, middleware.Metadata, error) {
	service, name := packageName(middleware.GetServiceID(ctx)), middleware.GetOperationName(ctx)
	operation := g.scanner.declared(name)
	if service != g.scanner.Service || operation == nil {
		return middleware.InitializeOutput{}, middleware.Metadata{}, fmt.Errorf("%s.%s: %w", service, name, ErrUndeclared)
	}
	if limiter := g.limits.of(service, g.region, operation); limiter != nil {
		if err := limiter.Wait(ctx); err != nil {
			return middleware.InitializeOutput{}, middleware.Metadata{}, err
		}
	}
	call := Call{Service: service, Operation: name, Region: g.region}
	if g.keepInput {
		call.Input = compact(in.Parameters)
	}
	return next.HandleInitialize(context.WithValue(ctx, callKey, call), in)
}

// guarded returns a configuration whose clients may make the scanner's declared calls and no other.
func guarded(cfg aws.Config, g guard) aws.Config {
	cfg = cfg.Copy()
	cfg.Region = g.region
	cfg.APIOptions = append(cfg.APIOptions[:len(cfg.APIOptions):len(cfg.APIOptions)], func(stack *middleware.Stack) error {
		return stack.Initialize.Add(g, middleware.Before)
	})
	return cfg
}

// lock is the second line of defence: a request that did not pass the guard is not sent.
type lock struct{ client aws.HTTPClient }

func (l lock) Do(r *http.Request) (*http.Response, error) {
	if _, ok := CallOf(r); !ok {
		return nil, ErrUndeclared
	}
	response, err := l.client.Do(r)
	if err != nil || response.StatusCode != http.StatusOK {
		return response, err
	}
	// The SDK takes an empty body for a reply without members, and an empty listing for complete.
	body := bufio.NewReader(response.Body)
	if _, err := body.Peek(1); err != nil {
		response.Body.Close()
		return nil, fmt.Errorf("the reply is empty: %w", err)
	}
	response.Body = struct {
		io.Reader
		io.Closer
	}{body, response.Body}
	return response, nil
}

// limits holds a token bucket per service, region and operation that has a rate.
type limits struct {
	mu      sync.Mutex
	buckets map[string]*rate.Limiter
}

func (l *limits) of(service, region string, operation *Operation) *rate.Limiter {
	if l == nil || operation.Rate == 0 {
		return nil
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	key := service + "/" + region + "/" + operation.Name
	if l.buckets[key] == nil {
		l.buckets[key] = rate.NewLimiter(rate.Limit(operation.Rate), max(1, int(operation.Rate)))
	}
	return l.buckets[key]
}

// compact returns a call's input as JSON without its null members.
func compact(input any) json.RawMessage {
	data, err := json.Marshal(input)
	if err != nil {
		return nil
	}
	var members map[string]any
	if json.Unmarshal(data, &members) != nil {
		return nil
	}
	data, _ = json.Marshal(withoutNulls(members))
	return data
}

// withoutNulls drops null members and empty enum strings: the SDK has no pointer for an enum that is not set.
func withoutNulls(v any) any {
	switch v := v.(type) {
	case map[string]any:
		for name, member := range v {
			if member = withoutNulls(member); member == nil || member == "" {
				delete(v, name)
			} else {
				v[name] = member
			}
		}
	case []any:
		for i := range v {
			v[i] = withoutNulls(v[i])
		}
	}
	return v
}

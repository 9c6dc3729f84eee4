package scanners_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	dynamodbsdk "github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"github.com/awsready/awsready/fixtures"
	"github.com/awsready/awsready/scanners"
	"github.com/awsready/awsready/scanners/account"
	"github.com/awsready/awsready/scanners/all"
	"github.com/awsready/awsready/scanners/evidence"
	"github.com/awsready/awsready/scanners/sts"
)

// recorded is an account with three regions and one table in each.
func recorded(t *testing.T) *fixtures.Account {
	t.Helper()
	tables := &fstest.MapFile{Data: []byte(`{"exchanges":[{"operation":"ListTables","reply":{"TableNames":["chat"]}}]}`)}
	a, err := fixtures.Load(fstest.MapFS{
		"account.json":          {Data: []byte(`{"clock":"2026-11-20T09:00:00Z","region":"eu-central-1","regions":["eu-central-1","eu-west-1","us-east-1"]}`)},
		"eu-central-1/sts.json": {Data: []byte(`{"exchanges":[{"operation":"GetCallerIdentity","reply":{"UserId":"AROAEXAMPLE:me","Account":"111122223333","Arn":"arn:aws:sts::111122223333:assumed-role/audit/me"}}]}`)},
		"us-east-1/account.json": {Data: []byte(`{"exchanges":[
			{"operation":"ListRegions","input":{"RegionOptStatusContains":["ENABLED","ENABLED_BY_DEFAULT"]},"reply":{"Regions":[{"RegionName":"eu-central-1","RegionOptStatus":"ENABLED_BY_DEFAULT"},{"RegionName":"eu-west-1","RegionOptStatus":"ENABLED_BY_DEFAULT"},{"RegionName":"us-east-1","RegionOptStatus":"ENABLED_BY_DEFAULT"}]}},
			{"operation":"GetAlternateContact","input":{"AlternateContactType":"SECURITY"},"error":{"code":"ResourceNotFoundException","message":"none","status":404}},
			{"operation":"GetAlternateContact","input":{"AlternateContactType":"OPERATIONS"},"error":{"code":"ResourceNotFoundException","message":"none","status":404}}]}`)},
		"eu-central-1/dynamodb.json": tables, "eu-west-1/dynamodb.json": tables, "us-east-1/dynamodb.json": tables,
	})
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// tablesScanner lists tables, and takes a table named chat for a sign of GenAI.
func tablesScanner() scanners.Scanner {
	list := func(ctx context.Context, run *scanners.Run) evidence.List[string] {
		pages := dynamodbsdk.NewListTablesPaginator(dynamodbsdk.NewFromConfig(run.Config), &dynamodbsdk.ListTablesInput{})
		return scanners.Pages(ctx, run, "", pages, func(out *dynamodbsdk.ListTablesOutput) []string { return out.TableNames })
	}
	return scanners.Scanner{
		Service: "dynamodb", Operations: scanners.Reads("dynamodb", "ListTables"), Probe: list,
		Regional: func(ctx context.Context, run *scanners.Run, into *evidence.Region) {
			names := list(ctx, run)
			var tables []evidence.DynamoDBTable
			for _, name := range names.Found() {
				tables = append(tables, evidence.DynamoDBTable{ARN: run.ARN("dynamodb", "table/"+name), Name: name})
			}
			into.DynamoDB.Tables = evidence.Partial(tables, names.Gaps()...)
			into.DynamoDB.Insights = evidence.Listed[evidence.DynamoDBInsights]()
		},
	}
}

func scan(t *testing.T, o scanners.Options, fault func(scanners.Call) *fixtures.Fault, list ...scanners.Scanner) *evidence.Account {
	t.Helper()
	a := recorded(t)
	cfg := a.Config(fixtures.NewFaults(a.Transport(), fault))
	cfg.Retryer = func() aws.Retryer { return retry.NewStandard(func(o *retry.StandardOptions) { o.MaxBackoff = 1 }) }
	o.Clock, o.KeepInput = a.Clock, true
	if list == nil {
		list = []scanners.Scanner{account.Scanner, tablesScanner(), sts.Scanner}
	}
	read, err := scanners.Scan(t.Context(), cfg, list, o)
	if err != nil {
		t.Fatal(err)
	}
	return read
}

func names(a *evidence.Account) []string {
	var all []string
	for _, r := range a.Regions {
		all = append(all, r.Name)
	}
	return all
}

func in(region string, fault *fixtures.Fault) func(scanners.Call) *fixtures.Fault {
	return func(c scanners.Call) *fixtures.Fault {
		if c.Region == region && c.Service == "dynamodb" {
			return fault
		}
		return nil
	}
}

func none(scanners.Call) *fixtures.Fault { return nil }

// empty is a fault that answers a listing without items.
func empty(regions ...string) func(scanners.Call) *fixtures.Fault {
	return func(c scanners.Call) *fixtures.Fault {
		if c.Service == "dynamodb" && slices.Contains(regions, c.Region) {
			return fixtures.NoSuchHost()
		}
		return nil
	}
}

func TestRegions(t *testing.T) {
	everyRegion := []string{"eu-central-1", "eu-west-1", "us-east-1"}
	for _, test := range []struct {
		name    string
		regions []string
		fault   func(scanners.Call) *fixtures.Fault
		want    []string
	}{
		{"those with a sign", nil, none, everyRegion},
		{"a denied probe leaves its region in", nil, in("us-east-1", fixtures.Deny("")), everyRegion},
		{"an organization closes one that was not asked for", nil, in("us-east-1", fixtures.DenyByOrganization("")), []string{"eu-central-1", "eu-west-1"}},
		{"an organization closes one that was asked for", []string{"us-east-1"}, in("us-east-1", fixtures.DenyByOrganization("")), []string{"us-east-1"}},
		{"named", []string{"eu-west-1"}, none, []string{"eu-west-1"}},
		{"all", []string{"all"}, none, everyRegion},
		{"regions that could not be listed", nil, func(c scanners.Call) *fixtures.Fault {
			if c.Operation == "ListRegions" {
				return fixtures.Deny("account:ListRegions")
			}
			return nil
		}, []string{"eu-central-1", "*"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			if got := names(scan(t, scanners.Options{Regions: test.regions}, test.fault)); !slices.Equal(got, test.want) {
				t.Errorf("scanned %v, want %v", got, test.want)
			}
		})
	}
}

func TestClosedRegionIsOneGap(t *testing.T) {
	read := scan(t, scanners.Options{}, in("us-east-1", fixtures.DenyByOrganization("")))
	if len(read.Closed) != 1 || read.Closed[0].Region != "us-east-1" || read.Closed[0].Reason != evidence.OrgDenied {
		t.Errorf("closed %+v", read.Closed)
	}
	read = scan(t, scanners.Options{Regions: []string{"us-east-1"}}, in("us-east-1", fixtures.DenyByOrganization("")))
	distinct := map[evidence.Gap]bool{}
	evidence.Walk(&read.Regions[0], func(_ string, u evidence.Unreadable) {
		if u.Complete() {
			t.Error("something was read in a closed region")
		}
	})
	for _, gap := range append(read.Regions[0].DynamoDB.Tables.Gaps(), read.Regions[0].Signs.Gaps()...) {
		distinct[gap] = true
	}
	if len(distinct) != 1 {
		t.Errorf("gaps %v, want one", distinct)
	}
}

func TestServiceThatTheRegionLacksIsEmptyNotUnknown(t *testing.T) {
	other := scanners.Scanner{Service: "account", Operations: account.Scanner.Operations, Regions: account.Scanner.Regions, Probe: func(ctx context.Context, run *scanners.Run) evidence.List[string] {
		scanners.Read(run, "", func() (bool, error) { return true, nil }) // AWS answers in the region
		return evidence.Listed("sign")
	}}
	read := scan(t, scanners.Options{Concurrency: 1}, empty("us-east-1"), other, tablesScanner(), sts.Scanner)
	for _, r := range read.Regions {
		if r.Name == "us-east-1" && !r.DynamoDB.Tables.Complete() {
			t.Errorf("gaps %+v", r.DynamoDB.Tables.Gaps())
		}
	}
}

func TestGuardRefusesWhatIsNotDeclared(t *testing.T) {
	a := recorded(t)
	transport := fixtures.NewFaults(a.Transport(), none)
	var deleted, described error
	rogue := tablesScanner()
	rogue.Regional = func(ctx context.Context, run *scanners.Run, into *evidence.Region) {
		client := dynamodbsdk.NewFromConfig(run.Config)
		_, deleted = client.DeleteTable(ctx, &dynamodbsdk.DeleteTableInput{TableName: aws.String("chat")})
		_, described = client.DescribeTable(ctx, &dynamodbsdk.DescribeTableInput{TableName: aws.String("chat")})
	}
	if _, err := scanners.Scan(t.Context(), a.Config(transport), []scanners.Scanner{rogue, sts.Scanner}, scanners.Options{Regions: []string{"eu-central-1"}, Clock: a.Clock, KeepInput: true}); err != nil {
		t.Fatal(err)
	}
	if !errors.Is(deleted, scanners.ErrUndeclared) || !errors.Is(described, scanners.ErrUndeclared) {
		t.Errorf("DeleteTable: %v, DescribeTable: %v", deleted, described)
	}
	for call := range transport.Calls() {
		if call != "sts.GetCallerIdentity" && call != "dynamodb.ListTables" {
			t.Errorf("%s was sent", call)
		}
	}
}

func TestRequestThatBypassesTheGuardIsNotSent(t *testing.T) {
	a := recorded(t)
	transport := fixtures.NewFaults(a.Transport(), none)
	var err error
	rogue := tablesScanner()
	rogue.Regional = func(ctx context.Context, run *scanners.Run, into *evidence.Region) {
		cfg := run.Config.Copy()
		cfg.APIOptions = nil
		_, err = dynamodbsdk.NewFromConfig(cfg).DescribeTable(ctx, &dynamodbsdk.DescribeTableInput{TableName: aws.String("chat")})
	}
	if _, err := scanners.Scan(t.Context(), a.Config(transport), []scanners.Scanner{rogue, sts.Scanner}, scanners.Options{Regions: []string{"eu-central-1"}, Clock: a.Clock, KeepInput: true}); err != nil {
		t.Fatal(err)
	}
	if !errors.Is(err, scanners.ErrUndeclared) || transport.Calls()["dynamodb.DescribeTable"] > 0 {
		t.Errorf("error %v, calls %v", err, transport.Calls())
	}
}

func TestPanicIsAGapAndSparesTheOthers(t *testing.T) {
	bad := tablesScanner()
	bad.Regional = func(context.Context, *scanners.Run, *evidence.Region) { panic("surprise") }
	read := scan(t, scanners.Options{Regions: []string{"eu-central-1"}}, none, bad, account.Scanner, sts.Scanner)
	gaps := read.Regions[0].DynamoDB.Tables.Gaps()
	if len(gaps) != 1 || gaps[0].Reason != evidence.Failed || gaps[0].Code != "panic" || strings.Contains(gaps[0].Detail, "surprise") {
		t.Errorf("gaps %+v", gaps)
	}
	if read.Contacts.Security.Gap() != nil {
		t.Error("another scanner's facts were lost")
	}
}

func TestDamagedRepliesAreGaps(t *testing.T) {
	for name, fault := range map[string]*fixtures.Fault{"garbage": fixtures.Garbage(), "truncated": fixtures.Truncated(), "empty": fixtures.Empty(), "timeout": fixtures.Timeout()} {
		t.Run(name, func(t *testing.T) {
			read := scan(t, scanners.Options{Regions: []string{"eu-central-1"}}, in("eu-central-1", fault))
			gaps := read.Regions[0].DynamoDB.Tables.Gaps()
			if len(gaps) != 1 || gaps[0].Reason != evidence.Failed || gaps[0].Operation != "ListTables" {
				t.Errorf("gaps %+v", gaps)
			}
		})
	}
}

func TestThrottlingIsRetriedAndThenAGap(t *testing.T) {
	read := scan(t, scanners.Options{Regions: []string{"eu-central-1"}}, in("eu-central-1", fixtures.Throttle(2)))
	if gaps := read.Regions[0].DynamoDB.Tables.Gaps(); len(gaps) != 0 {
		t.Errorf("after two throttles: %+v", gaps)
	}
	read = scan(t, scanners.Options{Regions: []string{"eu-central-1"}}, in("eu-central-1", fixtures.Throttle(1000)))
	if gaps := read.Regions[0].DynamoDB.Tables.Gaps(); len(gaps) != 1 || gaps[0].Reason != evidence.Throttled {
		t.Errorf("throttled for good: %+v", gaps)
	}
}

func TestCancelledScanIsPartial(t *testing.T) {
	a := recorded(t)
	ctx, cancel := context.WithCancel(t.Context())
	list := []scanners.Scanner{account.Scanner, tablesScanner(), sts.Scanner}
	o := scanners.Options{Regions: []string{"eu-central-1"}, Clock: a.Clock, KeepInput: true, Started: func(scanners.Identity, []string) { cancel() }}
	read, err := scanners.Scan(ctx, a.Config(a.Transport()), list, o)
	if err != nil {
		t.Fatal(err)
	}
	if gaps := read.Regions[0].DynamoDB.Tables.Gaps(); len(gaps) != 1 || gaps[0].Reason != evidence.Interrupted {
		t.Errorf("gaps %+v", gaps)
	}
}

func TestSkippedServiceIsNotAsked(t *testing.T) {
	read := scan(t, scanners.Options{Regions: []string{"eu-central-1"}, Skip: []string{"dynamodb"}}, none)
	if gaps := read.Regions[0].DynamoDB.Tables.Gaps(); len(gaps) != 1 || gaps[0].Reason != evidence.NotAsked {
		t.Errorf("gaps %+v", gaps)
	}
}

func TestNeedsNameScannersThatComeFirst(t *testing.T) {
	needs := map[string][]string{}
	for _, s := range all.Scanners {
		needs[s.Service] = s.Needs
	}
	var visit func(service string, path []string)
	visit = func(service string, path []string) {
		if slices.Contains(path, service) {
			t.Fatalf("a circle: %v", append(path, service))
		}
		for _, need := range needs[service] {
			if _, ok := needs[need]; !ok {
				t.Errorf("%s needs %s, which is not scanned", service, need)
			}
			visit(need, append(path[:len(path):len(path)], service))
		}
	}
	for service := range needs {
		visit(service, nil)
	}
}

// forbidden are operations that read content, secrets or metered data; no scanner may ever declare them.
var forbidden = []string{
	"GetSecretValue", "BatchGetSecretValue", "GetParameter", "GetParameters", "GetParametersByPath", "GetObject", "GetItem", "Scan",
	"Query", "StartQuery", "FilterLogEvents", "GetLogEvents", "GenerateCredentialReport", "GenerateServiceLastAccessedDetails",
	"GetTraceSummaries", "BatchGetTraces", "Retrieve", "RetrieveAndGenerate", "ApplyGuardrail", "GetVectors", "ListVectors",
	"QueryVectors", "Decrypt", "GenerateDataKey", "ListApiKeys", "GetDecryptedAPIKey", "GetResourceApiKey",
}

func TestDeclaredOperationsOnlyRead(t *testing.T) {
	for _, s := range all.Scanners {
		seen := map[string]bool{}
		for _, o := range s.Operations {
			if !strings.HasPrefix(o.Name, "Get") && !strings.HasPrefix(o.Name, "List") && !strings.HasPrefix(o.Name, "Describe") {
				t.Errorf("%s.%s does not look like a read", s.Service, o.Name)
			}
			if slices.Contains(forbidden, o.Name) || s.Service == "lambda" && o.Name == "GetFunction" || strings.HasPrefix(o.Name, "Invoke") {
				t.Errorf("%s.%s is forbidden", s.Service, o.Name)
			}
			if len(o.IAM) == 0 && o.Name != "GetCallerIdentity" {
				t.Errorf("%s.%s names no IAM action", s.Service, o.Name)
			}
			if o.Rate > 0 && o.Source == "" {
				t.Errorf("%s.%s has a rate without a source", s.Service, o.Name)
			}
			if seen[o.Name] {
				t.Errorf("%s.%s is declared twice", s.Service, o.Name)
			}
			seen[o.Name] = true
		}
	}
}

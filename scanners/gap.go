package scanners

import (
	"errors"
	"fmt"
	"net"
	"regexp"
	"strings"

	"github.com/aws/smithy-go"

	"github.com/awsready/awsready/scanners/evidence"
)

// Code returns the AWS error code of an error, or "".
func Code(err error) string {
	var api smithy.APIError
	if errors.As(err, &api) {
		return api.ErrorCode()
	}
	return ""
}

// Is reports that an error carries one of the AWS error codes.
func Is(err error, codes ...string) bool {
	code := Code(err)
	for _, c := range codes {
		if code == c {
			return true
		}
	}
	return false
}

var deniedCodes = []string{
	"AccessDenied", "AccessDeniedException", "UnauthorizedOperation", "UnauthorizedException",
	"AuthorizationError", "NotAuthorized", "AccessDeniedFault", "ForbiddenException", "Forbidden",
}

var throttleCodes = []string{
	"Throttling", "ThrottlingException", "ThrottledException", "TooManyRequestsException", "RequestLimitExceeded",
	"RequestThrottled", "RequestThrottledException", "ProvisionedThroughputExceededException", "SlowDown",
	"LimitExceededException", "BandwidthLimitExceeded", "PriorRequestNotComplete", "TransactionInProgressException",
	"EC2ThrottledException",
}

// The forms in which AWS words a denial: IAM User Guide, "Troubleshoot access denied error messages".
var (
	orgPolicy  = regexp.MustCompile(`(?i)(service|resource) control policy`)
	keyPolicy  = regexp.MustCompile(`(?i)\bkms:[a-z]|\bKMS key\b|KMSAccessDenied|AWS KMS`)
	noSupport  = regexp.MustCompile(`(?i)(not (currently )?(supported|available)|isn't (supported|available)|unsupported|unknown operation|not recognized).*region|region.*(not (currently )?(supported|available)|isn't (supported|available))`)
	namedInOrg = regexp.MustCompile(`(?i)perform: ([a-z0-9-]+:[A-Za-z0-9]+)`)
)

// gapOf says what kept a call from being answered.
func (r *Run) gapOf(err error, resource string) evidence.Gap {
	scanner := r.scanner
	gap := evidence.Gap{Service: scanner.Service, Region: r.Region, Resource: resource, Code: Code(err), Reason: evidence.Failed}
	var operation *smithy.OperationError
	if errors.As(err, &operation) {
		gap.Operation = operation.OperationName
		if declared := scanner.declared(gap.Operation); declared != nil && len(declared.IAM) > 0 {
			gap.Permission = declared.IAM[0]
		}
	}
	message := ""
	var api smithy.APIError
	if errors.As(err, &api) {
		message = api.ErrorMessage()
	}
	var dns *net.DNSError
	switch {
	case r.ended() != nil: // a timeout of the network's is a DeadlineExceeded too
		gap.Reason, gap.Permission = evidence.Interrupted, ""
	case errors.Is(err, ErrUndeclared):
		gap.Permission, gap.Detail = "", ErrUndeclared.Error()
	case errors.As(err, &dns) && dns.IsNotFound && r.reached.Load(), // AWS answers in the region: it lacks the service
		noSupport.MatchString(message), gap.Code == "UnknownOperationException", gap.Code == "UnsupportedOperation" && noSupport.MatchString(message):
		gap.Reason, gap.Permission = evidence.Unavailable, ""
	case Is(err, throttleCodes...):
		gap.Reason, gap.Permission = evidence.Throttled, ""
	case Is(err, deniedCodes...) && orgPolicy.MatchString(message):
		gap.Reason, gap.Detail = evidence.OrgDenied, "an organization's policy refuses this call"
	case gap.Code == "KMSAccessDeniedException", Is(err, deniedCodes...) && scanner.Service != "kms" && keyPolicy.MatchString(message):
		gap.Reason, gap.Permission = evidence.KeyDenied, "kms:Decrypt"
		gap.Detail = "the KMS key's policy refuses this identity; the service's own permission is not what is missing"
	case Is(err, deniedCodes...):
		gap.Reason = evidence.Denied
		if named := namedInOrg.FindStringSubmatch(message); named != nil {
			gap.Permission = named[1]
		}
	default:
		gap.Permission, gap.Detail = "", detail(err, gap.Code)
	}
	return gap
}

// detail is what a person may read of an error: never a reply's body, which could hold what is redacted.
func detail(err error, code string) string {
	var network net.Error
	switch {
	case code != "":
		return "AWS answered with an error"
	case errors.As(err, &network) && network.Timeout():
		return "the call timed out"
	case errors.As(err, &network):
		return "the service could not be reached"
	}
	return "the reply could not be understood"
}

// panicGap is the gap that a panic leaves.
func panicGap(scanner *Scanner, region, resource string, recovered any) evidence.Gap {
	kind := strings.TrimPrefix(fmt.Sprintf("%T", recovered), "runtime.")
	return evidence.Gap{Service: scanner.Service, Region: region, Resource: resource, Code: "panic", Reason: evidence.Failed,
		Detail: "the reply could not be understood (" + kind + "); please report it"}
}

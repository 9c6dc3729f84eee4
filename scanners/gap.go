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
	"AuthorizationError", "NotAuthorized", "AccessDeniedFault", "ForbiddenException", "Forbidden", "KMSAccessDeniedException",
}

var throttleCodes = []string{
	"Throttling", "ThrottlingException", "ThrottledException", "TooManyRequestsException", "RequestLimitExceeded",
	"RequestThrottled", "RequestThrottledException", "ProvisionedThroughputExceededException", "SlowDown",
	"LimitExceededException", "BandwidthLimitExceeded", "PriorRequestNotComplete", "TransactionInProgressException",
	"EC2ThrottledException",
}

// The forms in which AWS words a denial: IAM User Guide, "Troubleshoot access denied error messages".
// It names one of the policies that refuse, and only to callers of the same account or organization.
var (
	orgPolicy   = regexp.MustCompile(`(?i)(service|resource) control policy`)
	refusedBy   = regexp.MustCompile(`(?i)\b(because no|with an explicit deny in (?:an?|the)) (identity-based policy|resource-based policy|permissions boundary|session policy|VPC endpoint policy)\b`)
	namedAction = regexp.MustCompile(`(?i)to perform:?\s+([a-z0-9-]+:[A-Za-z0-9]+)`)
	keyWords    = regexp.MustCompile(`(?i)\bkms:[a-z]|\bKMS key\b|KMSAccessDenied|AWS KMS`)
	noSupport   = regexp.MustCompile(`(?i)(not (currently )?(supported|available)|isn't (supported|available)|unsupported|unknown operation|not recognized).*region|region.*(not (currently )?(supported|available)|isn't (supported|available))`)
)

// hiddenKey is how KMS refuses where it will not tell whether there is such a key (AWS KMS Developer
// Guide, "Troubleshooting key access"): a key that is not there, or one of another account.
const hiddenKey = "the resource does not exist in this region, no resource-based policies allow access"

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
	case Is(err, deniedCodes...):
		refuse(&gap, message)
	default:
		gap.Permission, gap.Detail = "", detail(err, gap.Code)
	}
	return gap
}

// refuse says of a denied call which action is missing and, where AWS names it, whose policy refuses.
func refuse(gap *evidence.Gap, message string) {
	named := ""
	if match := namedAction.FindStringSubmatch(message); match != nil {
		named = match[1]
	}
	aboutKey := gap.Service == "kms"
	switch {
	case aboutKey, named != "" && !strings.HasPrefix(strings.ToLower(named), "kms:"):
	case gap.Code == "KMSAccessDeniedException", keyWords.MatchString(message):
		aboutKey = true
		gap.Permission = "kms:Decrypt" // what a service does on the caller's behalf unless AWS says otherwise
	}
	if named != "" {
		gap.Permission = named
	}
	gap.Reason = evidence.Denied
	policy, explicit := "", false
	if match := refusedBy.FindStringSubmatch(message); match != nil {
		policy, explicit = strings.ToLower(match[2]), !strings.EqualFold(match[1], "because no")
	}
	switch {
	case aboutKey && strings.Contains(strings.ToLower(message), hiddenKey):
		gap.Reason = evidence.KeyDenied
		gap.Detail = "there is no such KMS key in the region, or its policy does not let this identity in"
	case aboutKey && policy == "resource-based policy":
		gap.Reason = evidence.KeyDenied
		gap.Detail = "the KMS key's policy does not allow this identity " + gap.Permission
		if explicit {
			gap.Detail = "the KMS key's policy denies this identity " + gap.Permission
		}
	case aboutKey && policy == "" && gap.Service != "kms":
		gap.Reason = evidence.KeyDenied
		gap.Detail = "the KMS key's policy refuses this identity; the service's own permission is not what is missing"
	case policy == "resource-based policy":
		gap.Detail = "the resource's own policy refuses"
	case policy == "permissions boundary":
		gap.Detail = "the permissions boundary of this identity refuses"
	case policy == "session policy":
		gap.Detail = "the session policy, with which the role was assumed, refuses"
	case policy == "vpc endpoint policy":
		gap.Detail = "the policy of the VPC endpoint refuses"
	case explicit:
		gap.Detail = "a policy of this identity denies it explicitly"
	}
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

package lambda

import (
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/lambda/types"

	"github.com/awsready/awsready/scanners"
	"github.com/awsready/awsready/scanners/evidence"
	"github.com/awsready/awsready/scanners/secrets"
)

// variables examines a function's environment variables and forgets their values. Where Lambda could
// not decrypt them, the reply has an error in their place.
func variables(run *scanners.Run, f types.FunctionConfiguration) evidence.Fact[[]evidence.Variable] {
	all := []evidence.Variable{}
	if f.Environment == nil {
		return evidence.Known(all)
	}
	if e := f.Environment.Error; e != nil {
		return evidence.Missing[[]evidence.Variable](undecrypted(run, aws.ToString(f.FunctionArn), aws.ToString(e.ErrorCode)))
	}
	for name, value := range f.Environment.Variables {
		all = append(all, variable(name, value))
	}
	slices.SortFunc(all, func(a, b evidence.Variable) int { return strings.Compare(a.Name, b.Name) })
	return evidence.Known(all)
}

// undecrypted is the gap of variables that Lambda could not decrypt for this identity.
func undecrypted(run *scanners.Run, function, code string) evidence.Gap {
	gap := run.Gap("ListFunctions", function, evidence.Failed, "Lambda could not decrypt the environment variables: their KMS key cannot be used")
	gap.Code, gap.Permission = code, ""
	if strings.Contains(code, "AccessDenied") {
		gap.Reason, gap.Permission = evidence.KeyDenied, "kms:Decrypt"
		gap.Detail = "Lambda could not decrypt the environment variables: their KMS key refuses this identity"
	}
	return gap
}

// wholeARN matches a value that is an ARN and nothing else.
var wholeARN = regexp.MustCompile(`^arn:aws[a-z-]*:[a-z0-9-]+:[a-z0-9-]*:(\d{12}|aws)?:[\w./:$*-]+$`)

func variable(name, value string) evidence.Variable {
	v := evidence.Variable{
		Name: name, Length: utf8.RuneCountInString(value), Stage: evidence.Stage(value),
		Telemetry: name == "AWS_LAMBDA_EXEC_WRAPPER" && strings.HasPrefix(value, "/opt/otel"),
	}
	found := secrets.DetectSetting(name, value)
	v.Detectors = secrets.IDs(found)
	for _, match := range found {
		v.Known = v.Known || match.Known
	}
	if len(found) == 0 && wholeARN.MatchString(value) {
		v.ARN = value
	}
	return v
}

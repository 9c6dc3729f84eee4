package checks

import (
	"fmt"
	"strings"
	"time"

	"github.com/awsready/awsready/scanners/evidence"
	"github.com/awsready/awsready/scoring"
)

// lambdaConfigurationChecks are about a function's runtime and its environment variables.
var lambdaConfigurationChecks = []scoring.Check{
	{
		ID:         "lambda-runtime-supported",
		Title:      "Functions run a supported runtime",
		Questions:  []string{"1.1"},
		Severity:   scoring.Medium,
		Operations: []string{"lambda.ListFunctions"},
		Why:        "A deprecated runtime gets no security patches, and the day comes when the function can no longer be updated.",
		Fix:        "aws lambda update-function-configuration --function-name <function> --runtime <supported-runtime>",
		References: []string{"LLM03:2025", "Prowler awslambda_function_using_supported_runtimes"},
		Test:       scoring.Resources(lambdaFunctions, functionRuntime),
	},
	{
		ID:         "lambda-env-no-plaintext-secrets",
		Title:      "Functions keep no credentials in environment variables",
		Questions:  []string{"1.6"},
		Severity:   scoring.Critical,
		Operations: []string{"lambda.ListFunctions"},
		Why:        "Everyone who may read the function's configuration, and every process in it, can take the key and use it elsewhere.",
		Fix:        "aws secretsmanager create-secret --name <name> --secret-string file://<new-credential>",
		References: []string{"GENSEC01-BP01", "LLM02:2025", "Prowler awslambda_function_no_secrets_in_variables"},
		Test:       scoring.Resources(lambdaFunctions, functionCredentials),
	},
	{
		ID:         "lambda-env-no-likely-secrets",
		Title:      "No environment variable with a secret's name has a random value",
		Questions:  []string{"1.6"},
		Severity:   scoring.Medium,
		Operations: []string{"lambda.ListFunctions"},
		Why:        "A random value under the name of a secret is most often a password or a key of no known format.",
		Fix:        "aws secretsmanager create-secret --name <name> --secret-string file://<new-credential>",
		References: []string{"GENSEC01-BP01", "LLM02:2025", "Prowler awslambda_function_no_secrets_in_variables"},
		Test:       scoring.Resources(lambdaFunctions, functionLikelySecrets),
	},
	{
		ID:         "lambda-env-cmk",
		Title:      "Environment variables use a customer managed key",
		Questions:  []string{"2.1"},
		Severity:   scoring.Low,
		Operations: []string{"lambda.ListFunctions", "kms.DescribeKey"},
		Why:        "Only a customer managed key can be audited, restricted and revoked. Variables are encrypted in any case.",
		Fix:        "aws lambda update-function-configuration --function-name <function> --kms-key-arn <key-arn>",
		References: []string{"GENSEC01-BP03", "LLM02:2025", "Prowler awslambda_function_env_vars_not_encrypted_with_cmk"},
		Test:       scoring.Resources(lambdaFunctions, functionVariablesKey),
	},
}

// runtimesAsOf is the day of the table below: AWS Lambda Developer Guide, "Lambda runtimes".
const runtimesAsOf = "2026-07-25"

// lambdaRuntime says when AWS stops patching a runtime and when it blocks updates of functions that use
// it; zero where we do not know the day of the block.
type lambdaRuntime struct{ deprecated, blocked time.Time }

func runtimeDates(deprecated, blocked string) (r lambdaRuntime) {
	r.deprecated, _ = time.Parse(time.DateOnly, deprecated)
	r.blocked, _ = time.Parse(time.DateOnly, blocked)
	return r
}

var lambdaRuntimes = map[string]lambdaRuntime{
	"nodejs":          runtimeDates("2016-10-31", "2016-10-31"),
	"nodejs4.3":       runtimeDates("2020-03-05", "2020-03-05"),
	"nodejs4.3-edge":  runtimeDates("2019-04-30", "2019-04-30"),
	"nodejs6.10":      runtimeDates("2019-08-12", "2019-08-12"),
	"nodejs8.10":      runtimeDates("2020-03-06", "2020-03-06"),
	"nodejs10.x":      runtimeDates("2021-07-30", "2022-02-14"),
	"nodejs12.x":      runtimeDates("2023-03-31", "2023-04-30"),
	"nodejs14.x":      runtimeDates("2023-12-04", ""),
	"nodejs16.x":      runtimeDates("2024-06-12", "2027-03-03"),
	"nodejs18.x":      runtimeDates("2025-09-01", "2027-03-03"),
	"nodejs20.x":      runtimeDates("2026-04-30", "2027-03-03"),
	"nodejs22.x":      runtimeDates("2027-04-30", "2027-07-01"),
	"nodejs24.x":      runtimeDates("2028-04-30", "2028-07-01"),
	"python2.7":       runtimeDates("2021-07-15", "2022-05-30"),
	"python3.6":       runtimeDates("2022-07-18", "2022-08-29"),
	"python3.7":       runtimeDates("2023-12-04", ""),
	"python3.8":       runtimeDates("2024-10-14", "2027-03-03"),
	"python3.9":       runtimeDates("2025-12-15", "2027-03-03"),
	"python3.10":      runtimeDates("2026-10-31", "2027-03-03"),
	"python3.11":      runtimeDates("2027-06-30", "2027-08-31"),
	"python3.12":      runtimeDates("2028-10-31", ""),
	"python3.13":      runtimeDates("2029-06-30", "2029-08-31"),
	"python3.14":      runtimeDates("2029-06-30", "2029-08-31"),
	"java8":           runtimeDates("2024-01-08", ""),
	"java8.al2":       runtimeDates("2027-06-30", ""),
	"java11":          runtimeDates("2027-06-30", ""),
	"java17":          runtimeDates("2027-06-30", ""),
	"java8.al2023":    runtimeDates("2029-06-30", ""),
	"java11.al2023":   runtimeDates("2029-06-30", ""),
	"java17.al2023":   runtimeDates("2029-06-30", ""),
	"java21":          runtimeDates("2029-06-30", ""),
	"java25":          runtimeDates("2029-06-30", "2029-08-31"),
	"dotnetcore1.0":   runtimeDates("2019-06-27", "2019-07-30"),
	"dotnetcore2.0":   runtimeDates("2019-05-30", "2019-05-30"),
	"dotnetcore2.1":   runtimeDates("2022-01-05", "2022-04-13"),
	"dotnetcore3.1":   runtimeDates("2023-04-03", "2023-05-03"),
	"dotnet6":         runtimeDates("2024-12-20", "2027-03-03"),
	"dotnet8":         runtimeDates("2026-11-10", "2027-03-03"),
	"dotnet10":        runtimeDates("2028-11-14", "2029-01-15"),
	"go1.x":           runtimeDates("2024-01-08", ""),
	"ruby2.5":         runtimeDates("2021-07-30", "2022-03-31"),
	"ruby2.7":         runtimeDates("2023-12-07", ""),
	"ruby3.2":         runtimeDates("2026-03-31", "2027-03-03"),
	"ruby3.3":         runtimeDates("2027-03-31", ""),
	"ruby3.4":         runtimeDates("2028-03-31", "2028-05-31"),
	"ruby4.0":         runtimeDates("2029-03-31", ""),
	"provided":        runtimeDates("2024-01-08", ""),
	"provided.al2":    runtimeDates("2026-07-31", "2027-03-03"),
	"provided.al2023": runtimeDates("2029-06-30", "2029-08-31"),
}

func functionRuntime(in *scoring.Input, _ *evidence.Region, f evidence.Function) evidence.Verdict {
	return evidence.With(f.Settings, func(s evidence.FunctionSettings) evidence.Verdict {
		if s.Image {
			return evidence.NotApplicable("the function is a container image, which brings its own runtime")
		}
		by := " (AWS's table of " + runtimesAsOf + ")"
		r, listed := lambdaRuntimes[s.Runtime]
		switch {
		case !listed:
			return evidence.Pass(s.Runtime + " is not among the runtimes that are deprecated or will be" + by)
		case in.Account.Clock.Before(r.deprecated):
			return evidence.Pass(s.Runtime + " is supported until " + r.deprecated.Format(time.DateOnly) + by)
		case r.blocked.IsZero():
			return evidence.Fail(s.Runtime + " is deprecated since " + r.deprecated.Format(time.DateOnly) + by)
		}
		return evidence.Fail(s.Runtime + " is deprecated since " + r.deprecated.Format(time.DateOnly) +
			", and functions that use it cannot be updated from " + r.blocked.Format(time.DateOnly) + by)
	})
}

func functionCredentials(_ *scoring.Input, _ *evidence.Region, f evidence.Function) evidence.Verdict {
	return detectedVariables(f, true, "has a credential's format")
}

func functionLikelySecrets(_ *scoring.Input, _ *evidence.Region, f evidence.Function) evidence.Verdict {
	return detectedVariables(f, false, "is named like a secret and looks random")
}

// detectedVariables fails where a secret detector matched: one that knows a format, or one that judges
// by randomness.
func detectedVariables(f evidence.Function, known bool, looks string) evidence.Verdict {
	return evidence.With(f.Variables, func(all []evidence.Variable) evidence.Verdict {
		if len(all) == 0 {
			return evidence.NotApplicable("the function has no environment variables")
		}
		var matched []string
		for _, v := range all {
			if len(v.Detectors) > 0 && v.Known == known {
				matched = append(matched, fmt.Sprintf("%s %s (%s, %d characters)", v.Name, looks, strings.Join(v.Detectors, ", "), v.Length))
			}
		}
		return evidence.Test(len(matched) == 0, fmt.Sprintf("none of %d environment variables %s", len(all), looks), strings.Join(matched, "; "))
	})
}

func functionVariablesKey(_ *scoring.Input, region *evidence.Region, f evidence.Function) evidence.Verdict {
	return evidence.With(f.Settings, func(s evidence.FunctionSettings) evidence.Verdict {
		if s.KMSKey != "" {
			return customerManaged(region, s.KMSKey)
		}
		return evidence.With(f.Variables, func(all []evidence.Variable) evidence.Verdict {
			if len(all) == 0 {
				return evidence.NotApplicable("the function has no environment variables")
			}
			return evidence.Fail("no customer managed key encrypts the environment variables; Lambda's own does")
		})
	})
}

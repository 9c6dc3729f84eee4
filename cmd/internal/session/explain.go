package session

import (
	"cmp"
	"errors"
	"net"
	"strings"

	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/credentials/ssocreds"
	"github.com/aws/smithy-go"
)

var errNoTerminal = errors.New("the profile asks for an MFA code and there is no terminal to ask on")

// Explain says in one or two sentences why credentials could not be found or were not accepted, and what
// to do next.
func Explain(err error, profile string) string {
	named := "the profile " + profile
	login := "aws sso login"
	if profile == "" {
		named = "the default profile"
	} else {
		login += " --profile " + profile
	}
	var (
		noProfile config.SharedConfigProfileNotExistError
		ssoToken  *ssocreds.InvalidTokenError
		api       smithy.APIError
		dns       *net.DNSError
	)
	text := err.Error()
	switch {
	case errors.As(err, &noProfile):
		return "There is no profile " + noProfile.Profile + " in the AWS configuration. List yours with: aws configure list-profiles"
	case errors.Is(err, errNoTerminal):
		return upper(named) + " asks for an MFA code and there is no terminal to ask on. Run awsready in a terminal, or hand it temporary credentials in the environment."
	case errors.As(err, &ssoToken), strings.Contains(text, "SSO session has expired"), strings.Contains(text, "sso_session") && strings.Contains(text, "token"),
		strings.Contains(text, "cached SSO token"):
		return "The SSO session of " + named + " has expired. Renew it with: " + login
	case errors.As(err, &api):
		return explainCode(api, text, named)
	case strings.Contains(text, "failed to refresh cached credentials"), strings.Contains(text, "get credentials"), strings.Contains(text, "no EC2 IMDS role"):
		return "No AWS credentials were found in the environment, " + named + ", or a container or instance role. Try: aws configure sso, or awsready scan --profile NAME, or awsready scan --demo"
	case errors.As(err, &dns):
		return "AWS could not be reached: the name " + dns.Name + " does not resolve. Check the network, the region's name, and HTTPS_PROXY."
	}
	return "AWS could not be asked who you are: " + firstLine(text)
}

// explainCode explains an error that AWS answered with.
func explainCode(api smithy.APIError, text, named string) string {
	switch code := api.ErrorCode(); code {
	case "ExpiredToken", "ExpiredTokenException", "RequestExpired":
		return "The credentials of " + named + " have expired. Get new ones and scan again."
	case "InvalidClientTokenId", "UnrecognizedClientException", "AuthFailure", "SignatureDoesNotMatch", "IncompleteSignature", "InvalidAccessKeyId":
		return "AWS does not accept the credentials of " + named + " (" + code + "): they are wrong, deleted, or of another partition."
	case "AccessDenied", "AccessDeniedException":
		if _, role, ok := strings.Cut(text, "assume role "); ok {
			role, _, _ = strings.Cut(role, ": operation")
			return "The role " + strings.TrimSuffix(role, ":") + " may not be assumed (AccessDenied). Check its trust policy, the external id, and sts:AssumeRole on your side."
		}
		return "AWS refuses to say who you are (AccessDenied)."
	default:
		return "AWS could not be asked who you are: " + cmp.Or(code, firstLine(text)) + " " + firstLine(api.ErrorMessage())
	}
}

func firstLine(s string) string {
	line, _, _ := strings.Cut(s, "\n")
	return line
}

func upper(s string) string { return strings.ToUpper(s[:1]) + s[1:] }

package evidence

import "time"

// IAM is what IAM said about the account. Policy documents are kept as JSON text.
type IAM struct {
	Summary       Fact[map[string]int] `json:"summary"` // GetAccountSummary's SummaryMap
	Roles         List[Role]           `json:"roles"`
	Users         List[User]           `json:"users"`
	Groups        List[Group]          `json:"groups"`
	Policies      List[ManagedPolicy]  `json:"policies"`       // the customer's, and those of AWS that are in use
	APIKeys       List[BedrockAPIKey]  `json:"api_keys"`       // long-term Bedrock API keys
	OIDCProviders List[OIDCProvider]   `json:"oidc_providers"` // OpenID Connect identity providers
}

// Role is an IAM role.
type Role struct {
	ARN         string            `json:"arn"`
	Name        string            `json:"name"`
	Path        string            `json:"path"`
	Permissions Fact[Permissions] `json:"permissions"`
	Trust       Fact[string]      `json:"trust"` // trust policy document
	Tags        Fact[Tags]        `json:"tags"`
}

// Permissions are the identity-based policies of a principal.
type Permissions struct {
	Inline   []NamedPolicy `json:"inline,omitempty"`
	Attached []string      `json:"attached,omitempty"` // ARNs of managed policies
	Groups   []string      `json:"groups,omitempty"`   // names; users only
	Boundary string        `json:"boundary,omitempty"` // ARN of the permission boundary
}

// NamedPolicy is an inline policy.
type NamedPolicy struct {
	Name     string `json:"name"`
	Document string `json:"document"`
}

// ManagedPolicy is a managed policy's default version.
type ManagedPolicy struct {
	ARN      string       `json:"arn"`
	Document Fact[string] `json:"document"`
}

// OIDCProvider is an OpenID Connect identity provider.
type OIDCProvider struct {
	ARN       string         `json:"arn"`
	Audiences Fact[[]string] `json:"audiences"` // client ids: audiences of the tokens that it accepts
}

// Group is an IAM group.
type Group struct {
	Name        string            `json:"name"`
	Permissions Fact[Permissions] `json:"permissions"`
}

// User is an IAM user.
type User struct {
	ARN         string            `json:"arn"`
	Name        string            `json:"name"`
	Permissions Fact[Permissions] `json:"permissions"`
	Console     Fact[bool]        `json:"console"` // has a password (GetLoginProfile)
	MFA         Fact[bool]        `json:"mfa"`     // has a device (ListMFADevices)
	AccessKeys  List[AccessKey]   `json:"access_keys"`
}

// AccessKey is a user's access key, by its last four characters.
type AccessKey struct {
	Suffix   string                  `json:"suffix"`
	Settings Fact[AccessKeySettings] `json:"settings"`
	LastUsed Fact[time.Time]         `json:"last_used"` // read for active keys; zero for never
}

// AccessKeySettings are an access key's state and age.
type AccessKeySettings struct {
	Active  bool      `json:"active"`
	Created time.Time `json:"created"`
}

// BedrockAPIKey is a service-specific credential for bedrock.amazonaws.com.
type BedrockAPIKey struct {
	ID       string               `json:"id"`
	User     string               `json:"user"`
	Settings Fact[APIKeySettings] `json:"settings"`
}

// APIKeySettings are a Bedrock API key's state and dates; Expires is zero for never.
type APIKeySettings struct {
	Active  bool      `json:"active"`
	Created time.Time `json:"created"`
	Expires time.Time `json:"expires,omitzero"`
}

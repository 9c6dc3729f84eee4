// Package secrets tells whether a text holds a credential. It looks at the text in memory and returns
// only the names of what it found: never the text, nor a part of it.
package secrets

import (
	"math"
	"regexp"
	"strings"
	"unicode"
)

// Match is one kind of credential that a text holds.
type Match struct {
	Detector string // id, such as "github-token"
	Known    bool   // the text has a known credential's format; else only its randomness is suspicious
}

// Randomness is the detector of a value that looks random under a name that says it is secret.
const Randomness = "random-value"

// Detect returns the known credential formats that occur in a text, each once. It does not judge by
// randomness, which prose cannot be held to.
func Detect(text string) []Match {
	var found []Match
	for _, d := range detectors {
		if d.in(text) {
			found = append(found, Match{Detector: d.id, Known: true})
		}
	}
	return found
}

// DetectSetting examines a named setting, such as an environment variable: the known formats, and
// where there is none a value that looks random under a name that says it is secret.
func DetectSetting(name, value string) []Match {
	if found := Detect(value); len(found) > 0 {
		return found
	}
	if secretName.MatchString(name) && !referenceName.MatchString(name) && looksRandom(value) {
		return []Match{{Detector: Randomness}}
	}
	return nil
}

// IDs returns the detectors of matches.
func IDs(matches []Match) []string {
	var ids []string
	for _, m := range matches {
		ids = append(ids, m.Detector)
	}
	return ids
}

// detector knows one credential by its format. The first group of the pattern is the secret part.
type detector struct {
	id      string
	marker  string // every match contains it; sought first, because that is quick
	pattern *regexp.Regexp
}

func known(id, marker, pattern string) detector {
	return detector{id, marker, regexp.MustCompile(pattern)}
}

// detectors are formats that their issuers publish or that are widely recognised. A prefix alone is
// never enough: a prompt may well say "never print keys that begin with sk-".
var detectors = []detector{
	known("aws-access-key", "A", `(?:AKIA|ASIA)([A-Z2-7]{16})`),
	known("aws-secret-key", "", `(?i:aws_?secret_?(?:access_?)?key)["'\s:=]{1,5}([A-Za-z0-9/+]{40})`),
	known("bedrock-api-key", "ABSK", `ABSK([A-Za-z0-9+/]{100,300})`),
	known("bedrock-short-term-key", "bedrock-api-key-", `bedrock-api-key-([A-Za-z0-9+/=]{100,})`),
	known("anthropic-key", "sk-ant-", `sk-ant-[a-z]{3,5}\d\d-([A-Za-z0-9_-]{60,})`),
	known("openai-key", "sk-", `sk-(?:proj-|svcacct-|admin-|None-)?([A-Za-z0-9_-]{12,}T3BlbkFJ[A-Za-z0-9_-]{12,})`),
	known("openrouter-key", "sk-or-", `sk-or-v1-([0-9a-f]{64})`),
	known("langfuse-key", "sk-lf-", `sk-lf-([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})`),
	known("sk-key", "sk-", `sk-([A-Za-z0-9]{32,64})`),
	known("huggingface-token", "hf_", `hf_([A-Za-z0-9]{34,40})`),
	known("groq-key", "gsk_", `gsk_([A-Za-z0-9]{50,56})`),
	known("xai-key", "xai-", `xai-([A-Za-z0-9]{80})`),
	known("perplexity-key", "pplx-", `pplx-([A-Za-z0-9]{40,56})`),
	known("replicate-token", "r8_", `r8_([A-Za-z0-9]{37})`),
	known("pinecone-key", "pcsk_", `pcsk_([A-Za-z0-9]{5,6}_[A-Za-z0-9]{63})`),
	known("langsmith-key", "lsv2_", `lsv2_(?:pt|sk)_([0-9a-f]{32}_[0-9a-f]{10})`),
	known("tavily-key", "tvly-", `tvly-(?:dev-|prod-)?([A-Za-z0-9]{32})`),
	known("databricks-token", "dapi", `dapi([0-9a-f]{32})(?:-\d)?`),
	known("google-api-key", "AIza", `AIza([A-Za-z0-9_-]{35})`),
	known("github-token", "gh", `gh[pousr]_([A-Za-z0-9]{36,251})`),
	known("github-token", "github_pat_", `github_pat_([A-Za-z0-9]{22}_[A-Za-z0-9]{59})`),
	known("gitlab-token", "glpat-", `glpat-([A-Za-z0-9_-]{20,60})`),
	known("slack-token", "xox", `xox[abeprs]-([A-Za-z0-9-]{24,})`),
	known("slack-webhook", "hooks.slack.com", `hooks\.slack\.com/services/(T[A-Z0-9]{6,}/B[A-Z0-9]{6,}/[A-Za-z0-9]{20,})`),
	known("stripe-key", "k_", `[sr]k_(?:live|test)_([A-Za-z0-9]{24,})`),
	known("sendgrid-key", "SG.", `SG\.([A-Za-z0-9_-]{22}\.[A-Za-z0-9_-]{43})`),
	known("npm-token", "npm_", `npm_([A-Za-z0-9]{36})`),
	known("pypi-token", "pypi-", `pypi-AgEIcHlwaS5vcmc([A-Za-z0-9_-]{50,})`),
	known("azure-storage-key", "AccountKey=", `AccountKey=([A-Za-z0-9+/]{86})==`),
	known("private-key", "PRIVATE KEY", `-----BEGIN (?:[A-Z]{2,9} ){0,2}PRIVATE KEY(?: BLOCK)?-----(?:\s|\\[nr])*(?:[A-Z][A-Za-z-]+: [^\n\\]{1,80}(?:\s|\\[nr])+)*([A-Za-z0-9+/]{40,})`),
	known("jwt", "eyJ", `eyJ[A-Za-z0-9_-]{10,}\.eyJ[A-Za-z0-9_-]{10,}\.([A-Za-z0-9_-]{20,})`),
	known("url-password", "://", `[a-zA-Z][a-zA-Z0-9+.-]{1,20}://[^\s:/?#@"'<>{}$]*:([^\s:/?#@"'<>{}$%*]{6,})@[A-Za-z0-9.\[-]`),
}

// in reports that a text holds the credential.
func (d detector) in(text string) bool {
	if !strings.Contains(text, d.marker) {
		return false
	}
	for _, at := range d.pattern.FindAllStringSubmatchIndex(text, -1) {
		if !wordAt(text, at[0]-1) && !(d.bounded() && wordAt(text, at[1])) && d.genuine(text[at[2]:at[3]], text[at[0]:at[1]]) {
			return true
		}
	}
	return false
}

// bounded reports that a longer run of letters and digits is something else.
func (d detector) bounded() bool { return d.id != "private-key" && d.id != "url-password" }

// wordAt reports that the character at an index continues a word.
func wordAt(text string, i int) bool {
	if i < 0 || i >= len(text) {
		return false
	}
	c := rune(text[i])
	return c < unicode.MaxASCII && (unicode.IsLetter(c) || unicode.IsDigit(c))
}

// genuine tells a credential from a placeholder in its format.
func (d detector) genuine(secret, whole string) bool {
	lower := strings.ToLower(whole)
	for _, mark := range placeholders {
		if strings.Contains(lower, mark) {
			return false
		}
	}
	if d.id == "url-password" {
		return !placeholderPassword.MatchString(secret)
	}
	return entropy(secret) >= 2.7 && (d.id == "aws-access-key" || mixed(secret))
}

// mixed reports that a text has characters of several classes, as all generated keys do that are long
// enough; a word has not.
func mixed(text string) bool {
	var seen byte
	for i := range len(text) {
		if c := class(text[i]); c != 0 && seen != 0 && c != seen {
			return true
		} else if c != 0 {
			seen = c
		}
	}
	return false
}

// placeholders occur in documentation's keys, and in a random key next to never. The last is
// "1234567890" in the Base64 of the token that everybody's JWT examples show.
var placeholders = []string{"example", "placeholder", "changeme", "your_", "your-", "yourkey", "xxxx", "0123456789", "1234567890", "abcdefgh", "xmjm0nty3odkw"}

var placeholderPassword = regexp.MustCompile(`(?i)^\W*(pass|passwd|password|pwd|secret|token|user|username|mypassword|yourpassword)\d{0,3}\W*$`)

var (
	secretName    = regexp.MustCompile(`(?i)(secret|passw|passphrase|pwd|token|credential|(api|access|private|signing|signature|encryption|auth|master|account|shared|service|subscription|webhook)[_-]?key)`)
	referenceName = regexp.MustCompile(`(?i)(arn|id|ids|param|parameter|name|path|file|url|uri|endpoint|host|table|bucket|alias|region|version|prefix|kms[a-z_-]*key)$`)
	reference     = regexp.MustCompile(`(?i)^(arn:|[a-z][a-z0-9+.-]*://|/|\.|\$\{|\{\{|alias/)|\.amazonaws\.com|[@\s]|^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$`)
)

// looksRandom reports that a value reads like a generated one: long enough, varied, and changing
// between small letters, capitals and digits as no name does. Words joined by separators do not.
func looksRandom(value string) bool {
	if len(value) < 16 || len(value) > 4096 || reference.MatchString(value) || entropy(value) < 3 {
		return false
	}
	lower := strings.ToLower(value)
	for _, mark := range placeholders {
		if strings.Contains(lower, mark) {
			return false
		}
	}
	changes := 0
	for i := 1; i < len(value); i++ {
		before, after := class(value[i-1]), class(value[i])
		if before != 0 && after != 0 && before != after && !(before == 'A' && after == 'a') {
			changes++
		}
	}
	return changes*5 >= len(value)
}

func class(c byte) byte {
	switch {
	case c >= 'a' && c <= 'z':
		return 'a'
	case c >= 'A' && c <= 'Z':
		return 'A'
	case c >= '0' && c <= '9':
		return '0'
	}
	return 0
}

// entropy is Shannon's, in bits a character.
func entropy(text string) float64 {
	if text == "" {
		return 0
	}
	var counts [256]int
	for i := range len(text) {
		counts[text[i]]++
	}
	var bits float64
	for _, n := range counts {
		if n > 0 {
			p := float64(n) / float64(len(text))
			bits -= p * math.Log2(p)
		}
	}
	return bits
}

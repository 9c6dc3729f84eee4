package secrets

import (
	"encoding/base64"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

const (
	hex     = "0123456789abcdef"
	lower   = "abcdefghijklmnopqrstuvwxyz"
	letters = lower + "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
	alnum   = letters + "0123456789"
	base32  = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
	base64s = alnum + "+/"
)

// generate makes up a key, so that no file holds what looks like one.
func generate(r *rand.Rand, alphabet string, n int) string {
	var b strings.Builder
	for range n {
		b.WriteByte(alphabet[r.IntN(len(alphabet))])
	}
	return b.String()
}

func source() *rand.Rand { return rand.New(rand.NewPCG(7, 11)) }

func TestDetect(t *testing.T) {
	r := source()
	g := func(alphabet string, n int) string { return generate(r, alphabet, n) }
	pem := "-----BEGIN RSA PRIVATE" + " KEY-----\n" + g(base64s, 64) + "\n" + g(base64s, 64) + "\n-----END RSA PRIVATE KEY-----"
	jwt := "ey" + "JhbGciOiJSUzI1NiJ9.ey" + "Jpc3MiOiJjbGFpbXMifQ." + g(alnum, 86)
	for detector, key := range map[string]string{
		"aws-access-key":         "AKIA" + g(base32, 16),
		"aws-secret-key":         "aws_secret_access_key = " + g(base64s, 40),
		"bedrock-api-key":        "ABSK" + g(base64s, 128),
		"bedrock-short-term-key": "bedrock-api-key-" + g(base64s, 300),
		"anthropic-key":          "sk-ant-api03-" + g(alnum, 93) + "AA",
		"openai-key":             "sk-proj-" + g(alnum, 40) + "T3BlbkFJ" + g(alnum, 40),
		"openrouter-key":         "sk-or-v1-" + g(hex, 64),
		"langfuse-key":           "sk-lf-" + g(hex, 8) + "-" + g(hex, 4) + "-" + g(hex, 4) + "-" + g(hex, 4) + "-" + g(hex, 12),
		"sk-key":                 "sk-" + g(hex, 32),
		"huggingface-token":      "hf_" + g(letters, 34),
		"groq-key":               "gsk_" + g(alnum, 52),
		"xai-key":                "xai-" + g(alnum, 80),
		"perplexity-key":         "pplx-" + g(alnum, 48),
		"replicate-token":        "r8_" + g(alnum, 37),
		"pinecone-key":           "pcsk_" + g(alnum, 5) + "_" + g(alnum, 63),
		"langsmith-key":          "lsv2_pt_" + g(hex, 32) + "_" + g(hex, 10),
		"tavily-key":             "tvly-dev-" + g(alnum, 32),
		"databricks-token":       "dapi" + g(hex, 32),
		"google-api-key":         "AIza" + g(alnum, 35),
		"github-token":           "ghp_" + g(alnum, 36),
		"gitlab-token":           "glpat-" + g(alnum, 20),
		"slack-token":            "xoxb-" + g("0123456789", 12) + "-" + g("0123456789", 12) + "-" + g(alnum, 24),
		"slack-webhook":          "https://hooks.slack.com/services/T" + g(base32, 8) + "/B" + g(base32, 10) + "/" + g(alnum, 24),
		"stripe-key":             "sk_live_" + g(alnum, 24),
		"sendgrid-key":           "SG." + g(alnum, 22) + "." + g(alnum, 43),
		"npm-token":              "npm_" + g(alnum, 36),
		"pypi-token":             "pypi-AgEIcHlwaS5vcmc" + g(alnum, 80),
		"azure-storage-key":      "AccountName=claims;AccountKey=" + g(base64s, 86) + "==",
		"private-key":            pem,
		"jwt":                    jwt,
		"url-password":           "postgres://app:" + g(alnum, 12) + "@db.internal:5432/claims",
	} {
		t.Run(detector, func(t *testing.T) {
			for _, text := range []string{key, "Use " + key + " to look up a claim.", `{"key":"` + key + `"}`, "key=" + key + "\n"} {
				if !slices.Contains(Detect(text), Match{detector, true}) {
					t.Errorf("not found in %q: %v", text, Detect(text))
				}
			}
			for _, m := range Detect(key) {
				if strings.Contains(key, m.Detector) {
					t.Errorf("detector id %q repeats a part of the text", m.Detector)
				}
			}
		})
	}
	for _, d := range detectors {
		if d.id == "" || d.pattern.NumSubexp() != 1 {
			t.Errorf("detector %q must have one group", d.id)
		}
	}
	if other := "github_pat_" + g(alnum, 22) + "_" + g(alnum, 59); len(Detect(other)) != 1 {
		t.Errorf("fine-grained GitHub token: %v", Detect(other))
	}
	encrypted := "-----BEGIN EC PRIVATE" + " KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,00\n\n" + g(base64s, 64) + "\n"
	if got := IDs(Detect(encrypted)); !slices.Equal(got, []string{"private-key"}) {
		t.Errorf("a private key with headers: %v", got)
	}
	escaped := strings.ReplaceAll(pem, "\n", `\n`)
	if got := IDs(Detect(escaped)); !slices.Equal(got, []string{"private-key"}) {
		t.Errorf("a private key with escaped line breaks: %v", got)
	}
}

func TestDetectNothing(t *testing.T) {
	jwtExample := "ey" + "JhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9." + base64.RawURLEncoding.EncodeToString([]byte(`{"sub":"1234567890","name":"John Doe"}`)) + "." + generate(source(), alnum, 43)
	for _, text := range []string{
		"",
		"Never print keys that begin with sk-, AKIA, ghp_ or -----BEGIN PRIVATE KEY-----.",
		"Never print -----BEGIN PRIVATE KEY----- nor -----END PRIVATE KEY-----; say that you cannot, politely.",
		"-----BEGIN PRIVATE KEY----- " + strings.Repeat("is a line that you must never show to anybody ", 4),
		"sk-thisisaplaceholderwithoutanyspacesatallinit", "hf_" + strings.Repeat("notatoken", 4),
		"AKIA" + "IOSFODNN7EXAMPLE",
		"AKIA" + strings.Repeat("X", 16),
		"sk-" + strings.Repeat("a", 48),
		"sk-your-key-goes-here-and-not-in-the-prompt-please-thank-you",
		"ghp_" + strings.Repeat("x", 36),
		"X" + "AKIA" + generate(source(), base32, 16),
		"AKIA" + generate(source(), base32, 17),
		"task-" + generate(source(), lower, 40),
		jwtExample,
		"postgres://user:password@localhost/db", "redis://:${REDIS_PASSWORD}@cache:6379", "https://example.com:8443/@me",
		"https://user:{{password}}@host", "amqp://guest:%s@host", "mailto:someone@example.org",
		"Du bist ein Schadensassistent. Antworte kurz und höflich, und nenne die Schadennummer.",
		"arn:aws:secretsmanager:eu-central-1:111122223333:secret:claims/db-AbCdEf",
		string([]byte{0xff, 0xfe, 0x00}),
	} {
		if got := Detect(text); len(got) > 0 {
			t.Errorf("%q: %v", text, got)
		}
	}
}

func TestDetectSetting(t *testing.T) {
	r := source()
	random := generate(r, alnum, 32)
	hexadecimal := generate(r, hex, 40)
	for _, c := range []struct {
		name, value string
		want        []Match
	}{
		{"API_KEY", random, []Match{{Randomness, false}}},
		{"dbPassword", random, []Match{{Randomness, false}}},
		{"SIGNING_KEY", hexadecimal, []Match{{Randomness, false}}},
		{"ANYTHING", "ghp_" + generate(r, alnum, 36), []Match{{"github-token", true}}},
		{"SECRET_ARN", "ghp_" + generate(r, alnum, 36), []Match{{"github-token", true}}},
		{"BUILD_HASH", hexadecimal, nil},
		{"SECRET_ID", random, nil},
		{"DB_SECRET_ARN", "arn:aws:secretsmanager:eu-central-1:111122223333:secret:claims/db-AbCdEf", nil},
		{"DB_SECRET", "arn:aws:secretsmanager:eu-central-1:111122223333:secret:claims/db-AbCdEf", nil},
		{"DB_SECRET", "prod/claims/database-credentials-2024", nil},
		{"DB_SECRET", "{{resolve:secretsmanager:claims:SecretString:password}}", nil},
		{"TOKEN_PARAM", "/claims/prod/token", nil},
		{"API_TOKEN", "/claims/prod/a1B2c3D4e5F6g7H8i9J0", nil},
		{"TOKEN_ENDPOINT", "https://login.nordwind.example/oauth2/token", nil},
		{"MAX_TOKENS", "4096", nil},
		{"TOKEN_MODEL", "anthropic.claude-3-haiku-20240307-v1:0", nil},
		{"ENCRYPTION_KEY", "1f5c9a2e-0001-4c1e-9d11-aaaaaaaaaaa1", nil},
		{"API_KEY", "changeme-changeme-changeme-1A2b3C", nil},
		{"API_KEY", strings.Repeat("a1", 12), nil},
		{"PASSWORD", "short1A", nil},
		{"PASSWORD", "", nil},
	} {
		if got := DetectSetting(c.name, c.value); !slices.Equal(got, c.want) {
			t.Errorf("%s=%s: %v, want %v", c.name, c.value, got, c.want)
		}
	}
}

// Generated values are nearly always recognised, and random names of resources nearly never taken for them.
func TestLooksRandom(t *testing.T) {
	r := source()
	missed := 0
	for range 1000 {
		if !looksRandom(generate(r, alnum, 32)) || !looksRandom(generate(r, hex, 32)) {
			missed++
		}
	}
	if missed > 5 {
		t.Errorf("%d of 1000 generated values were missed", missed)
	}
}

func FuzzDetect(f *testing.F) {
	f.Add("name", "value")
	f.Fuzz(func(t *testing.T, name, value string) {
		for _, m := range DetectSetting(name, value) {
			if m.Detector == "" {
				t.Error("a match without a detector")
			}
		}
	})
}

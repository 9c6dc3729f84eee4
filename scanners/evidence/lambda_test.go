package evidence

import "testing"

func TestStage(t *testing.T) {
	for text, want := range map[string]string{
		"chat-prod": "prod", "prd_chat": "prod", "PRODUCTION": "prod", "arn:aws:s3:::docs.staging/x": "stage",
		"chat-api-dev": "dev", "qa": "test", "prod-production": "prod",
		"product-chat": "", "devices": "", "contest": "", "latest": "", "": "", "prod-to-dev": "", "chatProd": "",
		"https://example.com/prod/x?y=1": "prod",
	} {
		if got := Stage(text); got != want {
			t.Errorf("Stage(%q) = %q, want %q", text, got, want)
		}
	}
}

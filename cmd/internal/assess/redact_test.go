package assess_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strings"
	"sync"
	"testing"
	"testing/fstest"

	"github.com/awsready/awsready/cmd/internal/assess"
	"github.com/awsready/awsready/fixtures"
	"github.com/awsready/awsready/report"
	"github.com/awsready/awsready/scanners"
	"github.com/awsready/awsready/scanners/evidence"
)

const canary = "CANARY-7f3a91"

// secret are the members of replies whose content must never be kept, by operation: those of the
// services that are scanned and whose content is confidential, a secret, or personal.
var secret = map[string][]string{
	"ListFunctions":       {"Variables"},
	"GetAgent":            {"instruction", "basePromptTemplate"},
	"GetAgentVersion":     {"instruction", "basePromptTemplate"},
	"GetPrompt":           {"text"},
	"GetAlternateContact": {"EmailAddress", "Name", "PhoneNumber", "Title"},
	"GetFlow":             {"text"},
	"GetFlowVersion":      {"text"},
	"GetGuardrail":        {"blockedInputMessaging", "blockedOutputsMessaging", "definition", "examples", "pattern"},
	"ListAccessKeys":      {"AccessKeyId"},
}

// plant puts a canary into every text below the named members and counts them.
func plant(v any, members []string, inside bool, planted *int) any {
	switch v := v.(type) {
	case map[string]any:
		for name, member := range v {
			v[name] = plant(member, members, inside || contains(members, name), planted)
		}
	case []any:
		for i := range v {
			v[i] = plant(v[i], members, inside, planted)
		}
	case string:
		if inside && !strings.HasPrefix(v, "arn:") {
			*planted++
			return fmt.Sprintf("%s-%d %s", canary, *planted, v)
		}
	}
	return v
}

func contains(list []string, s string) bool {
	for _, item := range list {
		if strings.EqualFold(item, s) {
			return true
		}
	}
	return false
}

// bugged is a recorded account with canaries in everything that must not be kept.
func bugged(t *testing.T, folder string) (*fixtures.Account, map[string]int) {
	t.Helper()
	planted := map[string]int{}
	files := fstest.MapFS{}
	source := os.DirFS(folder)
	err := fs.WalkDir(source, ".", func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		data, err := fs.ReadFile(source, path)
		if err != nil {
			return err
		}
		var file struct {
			Exchanges []map[string]any `json:"exchanges"`
		}
		if json.Unmarshal(data, &file) == nil && file.Exchanges != nil {
			for _, exchange := range file.Exchanges {
				operation := exchange["operation"].(string)
				n := planted[operation]
				if members := secret[operation]; members != nil && exchange["reply"] != nil {
					exchange["reply"] = plant(exchange["reply"], members, false, &n)
				}
				if failure, ok := exchange["error"].(map[string]any); ok {
					failure["message"] = fmt.Sprint(failure["message"]) + " " + canary + "-in-an-error"
				}
				planted[operation] = n
			}
			if data, err = json.Marshal(file); err != nil {
				return err
			}
		}
		files[path] = &fstest.MapFile{Data: data}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	account, err := fixtures.Load(files)
	if err != nil {
		t.Fatal(err)
	}
	return account, planted
}

func TestNothingConfidentialIsKept(t *testing.T) {
	planted := map[string]int{}
	for _, folder := range []string{"../../../fixtures/demo", "../../../fixtures/second"} {
		account, counts := bugged(t, folder)
		for operation, n := range counts {
			planted[operation] += n
		}
		var mu sync.Mutex
		var written bytes.Buffer
		read, err := assess.Scan(context.Background(), account.Config(account.Transport()), scanners.Options{
			Clock: account.Clock, KeepInput: true, Metrics: true, Unlimited: true,
			Trace: func(c scanners.CallTrace) { mu.Lock(); defer mu.Unlock(); fmt.Fprintf(&written, "%+v\n", c) },
		})
		if err != nil {
			t.Fatal(err)
		}
		var saved bytes.Buffer
		if err := evidence.Save(&saved, read); err != nil {
			t.Fatal(err)
		}
		unpacked, err := gzip.NewReader(&saved)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.Copy(&written, unpacked); err != nil {
			t.Fatal(err)
		}
		r := assess.Report(read, demoAnswers(t), nil)
		for _, write := range []func(io.Writer, *report.Report) error{report.WriteJSON, report.WriteHTML,
			func(w io.Writer, r *report.Report) error { return report.WriteTerminal(w, r, false) }} {
			if err := write(&written, r); err != nil {
				t.Fatal(err)
			}
		}
		for at, rest := 0, written.String(); ; {
			i := strings.Index(rest[at:], canary)
			if i < 0 {
				break
			}
			at += i
			t.Errorf("%s: …%s…", folder, rest[max(0, at-120):min(len(rest), at+60)])
			at += len(canary)
		}
	}
	for operation := range secret {
		if planted[operation] == 0 && operation != "GetFlow" && operation != "GetFlowVersion" {
			t.Errorf("no canary was planted in the replies of %s", operation)
		}
	}
}

package assess_test

import (
	"io"
	"testing"

	"github.com/awsready/awsready/cmd/internal/assess"
	"github.com/awsready/awsready/fixtures"
	"github.com/awsready/awsready/report"
)

func BenchmarkScan(b *testing.B) {
	account := fixtures.Demo()
	for b.Loop() {
		scan(b, account, nil)
	}
}

func BenchmarkScore(b *testing.B) {
	read, _ := scan(b, fixtures.Demo(), nil)
	for b.Loop() {
		score(read)
	}
}

func BenchmarkReport(b *testing.B) {
	read, _ := scan(b, fixtures.Demo(), nil)
	file := demoAnswers(b)
	for b.Loop() {
		assess.Report(read, file, nil)
	}
}

func BenchmarkHTML(b *testing.B) {
	read, _ := scan(b, fixtures.Demo(), nil)
	r := assess.Report(read, demoAnswers(b), nil)
	for b.Loop() {
		if err := report.WriteHTML(io.Discard, r); err != nil {
			b.Fatal(err)
		}
	}
}

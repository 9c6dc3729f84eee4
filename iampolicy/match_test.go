package iampolicy_test

import (
	"strings"
	"testing"

	"github.com/awsready/awsready/iampolicy"
)

func TestMatch(t *testing.T) {
	for _, test := range []struct {
		pattern, value string
		want           bool
	}{
		{"", "", true},
		{"*", "", true},
		{"?", "", false},
		{"?*", "a", true},
		{"*?", "é", true},
		{"??", "é", false},
		{"arn:aws:s3:::a*c", "arn:aws:s3:::abbc", true},
		{"arn:aws:s3:::a*c", "arn:aws:s3:::abbd", false},
		{"arn:aws:s3:::A", "arn:aws:s3:::a", false},
		{"arn:aws:sns:*:topic", "arn:aws:sns:eu-west-1:111122223333:topic", true},
		{"*ab*ab", "abab", true},
		{"*ab*ab", "ab", false},
		{"a?c", "a*c", true},
		{"home/${aws:username}/*", "home/bob/x", true},
		{"home/${aws:PrincipalTag/team, 'all'}/x", "home/all/x", true},
		{"home/${aws:username}", "house/bob", false},
		{"a${*}b", "a*b", true},
		{"a${*}b", "axb", false},
		{"a${?}${$}", "a?$", true},
		{"a${open", "a${open", true},
		{"a${open", "ab", false},
		{"a$b", "a$b", true},
	} {
		if got := iampolicy.Match(test.pattern, test.value); got != test.want {
			t.Errorf("Match(%q, %q) = %v", test.pattern, test.value, got)
		}
	}
}

func TestMatchAction(t *testing.T) {
	for _, test := range []struct {
		pattern, action string
		want            bool
	}{
		{"s3:GetObject", "S3:getobject", true},
		{"iam:*AccessKey*", "iam:CreateAccessKey", true},
		{"s3:Get?bject", "s3:GetObject", true},
		{"s3:*", "s3express:CreateSession", false},
		{"s3:${aws:username}", "s3:GetObject", false},
	} {
		if got := iampolicy.MatchAction(test.pattern, test.action); got != test.want {
			t.Errorf("MatchAction(%q, %q) = %v", test.pattern, test.action, got)
		}
	}
}

func TestOverlap(t *testing.T) {
	const table = "arn:aws:dynamodb:eu-west-1:111122223333:table/"
	for _, test := range []struct {
		a, b string
		want bool
	}{
		{table + "chat-*", table + "chat-prod", true},
		{table + "chat-*", table + "*-prod", true},
		{table + "chat-*", table + "orders-*", false},
		{table + "chat-*", "arn:aws:dynamodb:*:*:table/*", true},
		{table + "chat", table + "chat/index/*", false},
		{table + "${aws:username}", table + "chat", true},
		{"a?", "a", false},
		{"a*", "a", true},
		{"?b", "a?", true},
		{"*a", "*b", false},
		{"", "*", true},
		{"", "?", false},
		{"é?", "?é", true},
		{"A", "a", false},
	} {
		for _, pair := range [][2]string{{test.a, test.b}, {test.b, test.a}} {
			if got := iampolicy.Overlap(pair[0], pair[1]); got != test.want {
				t.Errorf("Overlap(%q, %q) = %v", pair[0], pair[1], got)
			}
		}
	}
}

// A pattern made to backtrack must not take exponential time.
func TestMatchHostilePattern(t *testing.T) {
	pattern := strings.Repeat("a*", 2000) + "b"
	if iampolicy.Match(pattern, strings.Repeat("a", 6000)) {
		t.Error("matched")
	}
}

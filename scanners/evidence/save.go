package evidence

import (
	"compress/gzip"
	"encoding/json"
	"errors"
	"fmt"
	"io"
)

// Format names the evidence file; Version is the one this program writes and reads.
const (
	Format  = "awsready-evidence"
	Version = 1
)

type file struct {
	Format  string          `json:"format"`
	Version int             `json:"version"`
	Account json.RawMessage `json:"account"`
}

// Save writes the account as gzip-compressed JSON.
func Save(w io.Writer, account *Account) error {
	body, err := json.Marshal(account)
	if err != nil {
		return fmt.Errorf("encode evidence: %w", err)
	}
	compressed := gzip.NewWriter(w)
	if err := json.NewEncoder(compressed).Encode(file{Format, Version, body}); err != nil {
		return fmt.Errorf("write evidence: %w", err)
	}
	return compressed.Close()
}

// maxSize bounds what Load unpacks, so that a small file cannot fill the memory.
const maxSize = 8 << 30

// Load reads what Save wrote. A foreign, damaged or newer file is refused.
func Load(r io.Reader) (*Account, error) {
	compressed, err := gzip.NewReader(r)
	if err != nil {
		return nil, errors.New("not an evidence file: it is not gzip; give the file that `awsready scan --save-evidence` wrote")
	}
	var f file
	if err := json.NewDecoder(io.LimitReader(compressed, maxSize)).Decode(&f); err != nil {
		return nil, fmt.Errorf("the evidence file is damaged or cut short: %w", err)
	}
	if f.Format != Format {
		return nil, errors.New("not an evidence file: its JSON was not written by `awsready scan --save-evidence`")
	}
	if f.Version != Version {
		return nil, fmt.Errorf("the evidence file has version %d and this awsready reads version %d: use the awsready that wrote it, or scan again", f.Version, Version)
	}
	account := new(Account)
	if err := strict(f.Account, account); err != nil {
		return nil, fmt.Errorf("the evidence file is damaged: %w", err)
	}
	if account.ID == "" || account.Clock.IsZero() {
		return nil, errors.New("the evidence file is damaged: it names no account or no time")
	}
	// The checksum stands behind the JSON: reading to the end verifies it.
	if _, err := io.Copy(io.Discard, compressed); err != nil {
		return nil, fmt.Errorf("the evidence file is damaged or cut short: %w", err)
	}
	return account, nil
}

// Clone returns a deep copy.
func Clone(account *Account) (*Account, error) {
	body, err := json.Marshal(account)
	if err != nil {
		return nil, err
	}
	clone := new(Account)
	return clone, strict(body, clone)
}

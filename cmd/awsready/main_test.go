package main

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"awsready": main})
}

func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir: "testdata/script",
		Setup: func(env *testscript.Env) error {
			env.Setenv("AWS_CONFIG_FILE", filepath.Join(env.WorkDir, "none"))
			env.Setenv("AWS_SHARED_CREDENTIALS_FILE", filepath.Join(env.WorkDir, "none"))
			env.Setenv("AWS_EC2_METADATA_DISABLED", "true")
			return nil
		},
		UpdateScripts: os.Getenv("AWSREADY_UPDATE") != "",
	})
}

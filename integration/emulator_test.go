// Package integration proves awsready on a wire: the built program against emulators of AWS that
// listen on loopback, and every recorded reply against AWS's own service models. Its tests run where
// AWSREADY_INTEGRATION names a Python environment with requirements.txt installed; see `make integration`.
package integration

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
)

const (
	region = "us-east-1"
	// patience bounds how long an emulator may take to answer for the first time.
	patience = 2 * time.Minute
)

// tool returns a program of the Python environment, and skips the test where there is none.
func tool(t *testing.T, name string) string {
	t.Helper()
	venv := os.Getenv("AWSREADY_INTEGRATION")
	if venv == "" {
		t.Skip("AWSREADY_INTEGRATION names no Python environment; run `make integration`")
	}
	path := filepath.Join(venv, "bin", name)
	if _, err := os.Stat(path); err != nil {
		t.Fatalf("the Python environment lacks %s: %v", name, err)
	}
	return path
}

// emulator is an emulated AWS that listens on loopback.
type emulator struct{ url, account string }

// start runs an emulator until the end of the test. Its command is made once its port is known.
func start(t *testing.T, account string, command func(port string) *exec.Cmd) emulator {
	t.Helper()
	port := freePort(t)
	cmd := command(port)
	var output bytes.Buffer
	cmd.Stdout, cmd.Stderr, cmd.Dir = &output, &output, t.TempDir()
	cmd.WaitDelay = 5 * time.Second
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	exited := make(chan error, 1)
	go func() { exited <- cmd.Wait() }()
	t.Cleanup(func() {
		_ = cmd.Process.Kill() // this process only, by its id; it may have ended
		<-exited
		if t.Failed() {
			log := output.Bytes()
			t.Logf("end of the emulator's log:\n%s", log[max(0, len(log)-4000):])
		}
	})
	e := emulator{"http://" + net.JoinHostPort("127.0.0.1", port), account}
	deadline := time.Now().Add(patience)
	for {
		err := e.answers()
		if err == nil {
			return e
		}
		select {
		case exit := <-exited:
			exited <- exit
			t.Fatalf("the emulator ended before it answered: %v\n%s", exit, output.Bytes())
		case <-time.After(200 * time.Millisecond):
		}
		if time.Now().After(deadline) {
			t.Fatalf("the emulator did not answer within %v: %v", patience, err)
		}
	}
}

// answers tells whether something speaks HTTP at the address, whatever it says.
func (e emulator) answers() error {
	client := http.Client{Timeout: 5 * time.Second}
	reply, err := client.Get(e.url + "/")
	if err != nil {
		return err
	}
	return reply.Body.Close()
}

// config is a configuration for seeding.
func (e emulator) config() aws.Config {
	return aws.Config{
		Region: region, BaseEndpoint: aws.String(e.url), RetryMaxAttempts: 1,
		Credentials: credentials.NewStaticCredentialsProvider("testing", "testing", ""),
	}
}

func freePort(t *testing.T) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	return strconv.Itoa(listener.Addr().(*net.TCPAddr).Port)
}

// environment is that of this process without anything that would lead the AWS SDK elsewhere.
func environment(t *testing.T, extra ...string) []string {
	home := t.TempDir()
	return append([]string{
		"PATH=" + os.Getenv("PATH"), "HOME=" + home, "NO_COLOR=1",
		"AWS_EC2_METADATA_DISABLED=true",
		"AWS_CONFIG_FILE=" + filepath.Join(home, "none"), "AWS_SHARED_CREDENTIALS_FILE=" + filepath.Join(home, "none"),
	}, extra...)
}

// startMoto runs moto's server, with AWS's managed policies.
func startMoto(t *testing.T) emulator {
	server := tool(t, "moto_server")
	return start(t, "123456789012", func(port string) *exec.Cmd {
		cmd := exec.Command(server, "-H", "127.0.0.1", "-p", port)
		cmd.Env = environment(t, "MOTO_IAM_LOAD_MANAGED_POLICIES=true")
		return cmd
	})
}

// startMinistack runs ministack, which listens on every interface, and for MQTT, unless it is told otherwise.
func startMinistack(t *testing.T, settings ...string) emulator {
	server := tool(t, "ministack")
	return start(t, "000000000000", func(port string) *exec.Cmd {
		cmd := exec.Command(server)
		cmd.Env = append(environment(t, "GATEWAY_PORT="+port, "BIND_HOST=127.0.0.1", "IOT_MTLS_ENABLED=0", "SFTP_ENABLED=0"), settings...)
		return cmd
	})
}

// seeder makes resources and stops the test at the first that an emulator refuses.
type seeder struct {
	t       *testing.T
	ctx     context.Context
	cfg     aws.Config
	account string
}

func newSeeder(t *testing.T, e emulator) seeder {
	ctx, cancel := context.WithTimeout(t.Context(), 3*time.Minute)
	t.Cleanup(cancel)
	return seeder{t, ctx, e.config(), e.account}
}

// arn names a resource of the account in the region.
func (s seeder) arn(service, resource string) string {
	return fmt.Sprintf("arn:aws:%s:%s:%s:%s", service, region, s.account, resource)
}

// do makes one write call.
func do[In, Out, Option any](s seeder, call func(context.Context, *In, ...Option) (*Out, error), in *In) *Out {
	s.t.Helper()
	out, err := call(s.ctx, in)
	if err != nil {
		s.t.Fatalf("seed: %v", err)
	}
	return out
}

// program is the built program, as `make build` leaves it.
func program(t *testing.T) string {
	t.Helper()
	path, err := filepath.Abs("../bin/awsready")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(path); errors.Is(err, os.ErrNotExist) {
		t.Fatal("there is no bin/awsready; run `make build`")
	}
	return path
}

// keys are the credentials of a scan.
type keys struct{ id, secret string }

// anyKeys are credentials for an emulator that does not ask who calls.
var anyKeys = keys{"testing", "testing"}

// run runs the program against an endpoint and returns what it printed and its exit code.
func run(t *testing.T, endpoint string, as keys, args ...string) (stdout, stderr string, code int) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, program(t), args...)
	cmd.Env = environment(t, "AWS_ENDPOINT_URL="+endpoint, "AWS_ACCESS_KEY_ID="+as.id, "AWS_SECRET_ACCESS_KEY="+as.secret, "AWS_REGION="+region)
	cmd.Dir = t.TempDir() // without an answers file
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	err := cmd.Run()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	if cmd.ProcessState.ExitCode() < 0 {
		t.Fatalf("the program was killed: %v\n%s", ctx.Err(), errs.String())
	}
	if bytes.Contains(errs.Bytes(), []byte("panic")) {
		t.Errorf("the program panicked:\n%s", errs.String())
	}
	return out.String(), errs.String(), cmd.ProcessState.ExitCode()
}

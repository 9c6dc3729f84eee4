module github.com/awsready/awsready

go 1.26.0

require github.com/aws/aws-sdk-go-v2 v1.47.7

require github.com/aws/aws-sdk-go-v2/aws/protocol/eventstream v1.7.26

require github.com/aws/aws-sdk-go-v2/config v1.33.15

require github.com/aws/aws-sdk-go-v2/credentials v1.20.15

require github.com/aws/aws-sdk-go-v2/feature/ec2/imds v1.20.7

require github.com/aws/aws-sdk-go-v2/internal/configsources v1.5.10

require github.com/aws/aws-sdk-go-v2/internal/endpoints/v2 v2.8.10

require github.com/aws/aws-sdk-go-v2/internal/v4a v1.5.10

require github.com/aws/aws-sdk-go-v2/service/account v1.32.0

require github.com/aws/aws-sdk-go-v2/service/backup v1.69.7

require github.com/aws/aws-sdk-go-v2/service/bedrock v1.63.0

require github.com/aws/aws-sdk-go-v2/service/bedrockagent v1.54.2

require github.com/aws/aws-sdk-go-v2/service/budgets v1.44.0

require github.com/aws/aws-sdk-go-v2/service/cloudwatch v1.75.5

require github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs v1.92.0

require github.com/aws/aws-sdk-go-v2/service/dynamodb v1.73.1

require github.com/aws/aws-sdk-go-v2/service/iam v1.64.8

require github.com/aws/aws-sdk-go-v2/service/internal/accept-encoding v1.13.24

require github.com/aws/aws-sdk-go-v2/service/internal/checksum v1.11.11

require github.com/aws/aws-sdk-go-v2/service/internal/endpoint-discovery v1.13.10

require github.com/aws/aws-sdk-go-v2/service/internal/presigned-url v1.14.10

require github.com/aws/aws-sdk-go-v2/service/internal/s3shared v1.20.10

require github.com/aws/aws-sdk-go-v2/service/kms v1.62.4

require github.com/aws/aws-sdk-go-v2/service/lambda v1.114.2

require github.com/aws/aws-sdk-go-v2/service/resourcegroupstaggingapi v1.41.10

require github.com/aws/aws-sdk-go-v2/service/signin v1.12.3

require github.com/aws/aws-sdk-go-v2/service/sso v1.39.3

require github.com/aws/aws-sdk-go-v2/service/ssooidc v1.44.3

require github.com/aws/aws-sdk-go-v2/service/sts v1.51.8

require github.com/aws/smithy-go v1.28.8

require golang.org/x/sync v0.24.0

require golang.org/x/time v0.16.0

require (
	github.com/bahlo/generic-list-go v0.2.0 // indirect
	github.com/buger/jsonparser v1.1.2 // indirect
	github.com/goccy/go-yaml v1.19.2 // indirect
	github.com/inconshreveable/mousetrap v1.1.0 // indirect
	github.com/invopop/jsonschema v0.14.0 // indirect
	github.com/jedib0t/go-pretty/v6 v6.8.3 // indirect
	github.com/mattn/go-runewidth v0.0.16 // indirect
	github.com/pb33f/ordered-map/v2 v2.3.1 // indirect
	github.com/rivo/uniseg v0.4.7 // indirect
	github.com/rogpeppe/go-internal v1.16.0 // indirect
	github.com/santhosh-tekuri/jsonschema/v6 v6.0.3 // indirect
	github.com/spf13/cobra v1.10.2 // indirect
	github.com/spf13/pflag v1.0.9 // indirect
	go.yaml.in/yaml/v4 v4.0.0-rc.2 // indirect
	golang.org/x/sys v0.49.0 // indirect
	golang.org/x/term v0.47.0 // indirect
	golang.org/x/text v0.22.0 // indirect
	golang.org/x/tools v0.26.0 // indirect
)

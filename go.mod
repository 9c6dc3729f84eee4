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

require github.com/goccy/go-yaml v1.19.2

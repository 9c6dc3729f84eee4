// Package all lists the scanners.
package all

import (
	"github.com/awsready/awsready/scanners"
	"github.com/awsready/awsready/scanners/account"
	"github.com/awsready/awsready/scanners/backup"
	"github.com/awsready/awsready/scanners/bedrock"
	"github.com/awsready/awsready/scanners/bedrockagent"
	"github.com/awsready/awsready/scanners/budgets"
	"github.com/awsready/awsready/scanners/cloudwatch"
	"github.com/awsready/awsready/scanners/cloudwatchlogs"
	"github.com/awsready/awsready/scanners/dynamodb"
	"github.com/awsready/awsready/scanners/iam"
	"github.com/awsready/awsready/scanners/kms"
	"github.com/awsready/awsready/scanners/lambda"
	"github.com/awsready/awsready/scanners/resourcegroupstaggingapi"
	"github.com/awsready/awsready/scanners/sts"
)

// Scanners is every scanner, in the order of the IAM policy.
var Scanners = []scanners.Scanner{
	account.Scanner,
	backup.Scanner,
	bedrock.Scanner,
	bedrockagent.Scanner,
	budgets.Scanner,
	cloudwatch.Scanner,
	cloudwatchlogs.Scanner,
	dynamodb.Scanner,
	iam.Scanner,
	kms.Scanner,
	lambda.Scanner,
	resourcegroupstaggingapi.Scanner,
	sts.Scanner,
}

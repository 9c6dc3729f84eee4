package iam

import (
	"context"
	"net/url"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"

	"github.com/awsready/awsready/scanners"
	"github.com/awsready/awsready/scanners/evidence"
)

const authorizationDetails = "GetAccountAuthorizationDetails"

// page is what one page of the account's authorization details holds.
type page struct {
	users    []evidence.User
	groups   []evidence.Group
	roles    []evidence.Role
	policies []evidence.ManagedPolicy
}

// principals reads users, groups, roles and managed policies with one paginated call: reading them one
// by one would take several calls for each.
func principals(ctx context.Context, run *scanners.Run, client *sdk.Client, into *evidence.IAM) {
	r := reader{run}
	pages := scanners.Pages(ctx, run, "", sdk.NewGetAccountAuthorizationDetailsPaginator(client, &sdk.GetAccountAuthorizationDetailsInput{
		Filter: []types.EntityType{
			types.EntityTypeUser, types.EntityTypeRole, types.EntityTypeGroup,
			types.EntityTypeLocalManagedPolicy, types.EntityTypeAWSManagedPolicy,
		},
	}), func(out *sdk.GetAccountAuthorizationDetailsOutput) []page {
		var p page
		for _, u := range out.UserDetailList {
			p.users = append(p.users, r.user(u))
		}
		for _, g := range out.GroupDetailList {
			p.groups = append(p.groups, r.group(g))
		}
		for _, role := range out.RoleDetailList {
			p.roles = append(p.roles, r.role(role))
		}
		for _, policy := range out.Policies {
			p.policies = append(p.policies, r.policy(policy))
		}
		return []page{p}
	})
	var all page
	for _, p := range pages.Found() {
		all.users = append(all.users, p.users...)
		all.groups = append(all.groups, p.groups...)
		all.roles = append(all.roles, p.roles...)
		all.policies = append(all.policies, p.policies...)
	}
	gaps := pages.Gaps()
	into.Users, into.Groups = evidence.Partial(all.users, gaps...), evidence.Partial(all.groups, gaps...)
	into.Roles, into.Policies = evidence.Partial(all.roles, gaps...), evidence.Partial(all.policies, gaps...)
}

// reader turns entities into evidence. What cannot be understood of one is a gap of its own.
type reader struct{ run *scanners.Run }

func (r reader) user(u types.UserDetail) evidence.User {
	arn := aws.ToString(u.Arn)
	p := evidence.Permissions{Attached: attached(u.AttachedManagedPolicies), Groups: u.GroupList, Boundary: boundary(u.PermissionsBoundary)}
	return evidence.User{ARN: arn, Name: aws.ToString(u.UserName), Permissions: r.permissions(arn, p, u.UserPolicyList)}
}

func (r reader) group(g types.GroupDetail) evidence.Group {
	p := evidence.Permissions{Attached: attached(g.AttachedManagedPolicies)}
	return evidence.Group{Name: aws.ToString(g.GroupName), Permissions: r.permissions(aws.ToString(g.Arn), p, g.GroupPolicyList)}
}

func (r reader) role(role types.RoleDetail) evidence.Role {
	arn := aws.ToString(role.Arn)
	p := evidence.Permissions{Attached: attached(role.AttachedManagedPolicies), Boundary: boundary(role.PermissionsBoundary)}
	tags := evidence.Tags{}
	for _, t := range role.Tags {
		tags[aws.ToString(t.Key)] = aws.ToString(t.Value)
	}
	return evidence.Role{
		ARN: arn, Name: aws.ToString(role.RoleName), Path: aws.ToString(role.Path),
		Permissions: r.permissions(arn, p, role.RolePolicyList), Trust: r.document(arn, role.AssumeRolePolicyDocument), Tags: evidence.Known(tags),
	}
}

// policy keeps the default version of a managed policy: the one that is in force.
func (r reader) policy(p types.ManagedPolicyDetail) evidence.ManagedPolicy {
	arn := aws.ToString(p.Arn)
	for _, v := range p.PolicyVersionList {
		if v.IsDefaultVersion {
			return evidence.ManagedPolicy{ARN: arn, Document: r.document(arn, v.Document)}
		}
	}
	return evidence.ManagedPolicy{ARN: arn, Document: evidence.Missing[string](
		r.run.Gap(authorizationDetails, arn, evidence.Failed, "IAM returned no default version of the policy"))}
}

func (r reader) permissions(arn string, p evidence.Permissions, inline []types.PolicyDetail) evidence.Fact[evidence.Permissions] {
	permissions := evidence.Known(p)
	for _, policy := range inline {
		permissions = evidence.Bind(permissions, func(p evidence.Permissions) evidence.Fact[evidence.Permissions] {
			return evidence.Map(r.document(arn, policy.PolicyDocument), func(text string) evidence.Permissions {
				p.Inline = append(p.Inline, evidence.NamedPolicy{Name: aws.ToString(policy.PolicyName), Document: text})
				return p
			})
		})
	}
	return permissions
}

// document decodes a policy document, which IAM returns URL-encoded after RFC 3986: a plus sign is itself.
func (r reader) document(arn string, encoded *string) evidence.Fact[string] {
	text := strings.TrimSpace(aws.ToString(encoded))
	var err error
	if !strings.HasPrefix(text, "{") {
		text, err = url.PathUnescape(text)
	}
	if err != nil || strings.TrimSpace(text) == "" {
		return evidence.Missing[string](r.run.Gap(authorizationDetails, arn, evidence.Failed, "a policy document of it could not be decoded"))
	}
	return evidence.Known(text)
}

func attached(policies []types.AttachedPolicy) (arns []string) {
	for _, p := range policies {
		arns = append(arns, aws.ToString(p.PolicyArn))
	}
	return arns
}

func boundary(b *types.AttachedPermissionsBoundary) string {
	if b == nil {
		return ""
	}
	return aws.ToString(b.PermissionsBoundaryArn)
}

package checks

import (
	"slices"
	"strings"

	"github.com/awsready/awsready/iampolicy"
	"github.com/awsready/awsready/scanners/evidence"
	"github.com/awsready/awsready/scoring"
)

// executionRole asks what the execution role of a resource may do: no AWS managed policy that grants a
// whole service, and no grant that broad finds.
func executionRole(in *scoring.Input, arn string, broad func(iampolicy.Identity) []string) evidence.Verdict {
	if arn == "" {
		return evidence.NotApplicable("has no execution role")
	}
	name := arn[strings.LastIndexByte(arn, '/')+1:]
	return evidence.All(
		evidence.With(permissionsOf(in, arn), func(p evidence.Permissions) evidence.Verdict {
			for _, policy := range p.Attached {
				// Within a permissions boundary the policy grants less than its name says: the grants tell.
				if p.Boundary == "" && grantsService(policy) {
					return evidence.Fail("role " + name + " has the managed policy " + policy[strings.LastIndexByte(policy, '/')+1:])
				}
			}
			return evidence.Pass("role " + name + " names the resources that it may use")
		}),
		evidence.With(in.Workload.Identity(arn), func(i iampolicy.Identity) evidence.Verdict {
			if found := broad(i); len(found) > 0 {
				return evidence.Fail("role " + name + " may " + listed(found))
			}
			return evidence.Pass("role " + name + " names the resources that it may use")
		}))
}

// permissionsOf looks up a role of the account.
func permissionsOf(in *scoring.Input, arn string) evidence.Fact[evidence.Permissions] {
	for _, role := range in.Account.IAM.Roles.Found() {
		if role.ARN == arn {
			return role.Permissions
		}
	}
	if gaps := in.Account.IAM.Roles.Gaps(); len(gaps) > 0 {
		return evidence.Missing[evidence.Permissions](gaps[0])
	}
	return evidence.Missing[evidence.Permissions](evidence.Gap{Service: "iam", Resource: arn, Reason: evidence.Failed,
		Detail: "the role is not in this account, or was deleted"})
}

// grantsService reports that an AWS managed policy gives everything, or everything of a service.
func grantsService(policy string) bool {
	_, name, ours := strings.Cut(policy, ":iam::aws:policy/")
	name = name[strings.LastIndexByte(name, '/')+1:]
	return ours && (strings.HasSuffix(name, "FullAccess") || name == "AdministratorAccess" || name == "PowerUserAccess")
}

// broadGrants describes the grants of a query, such as "s3:*", that reach every resource of their kind
// and whose action counts.
func broadGrants(i iampolicy.Identity, query string, counts func(service, action string) bool) []string {
	var found []string
	for _, g := range i.Grants(query) {
		if scopedByCondition(g) {
			continue
		}
		for _, resource := range g.Resources {
			for _, action := range g.Actions {
				service, name, _ := strings.Cut(strings.ToLower(action), ":")
				if reachesAll(resource) && counts(service, name) && !slices.Contains(found, action+" on "+resource) {
					found = append(found, action+" on "+resource)
				}
			}
		}
	}
	return found
}

// scopedByCondition reports that a grant holds only for resources with a tag, or for a key only
// through a service or for data with a given context.
func scopedByCondition(g iampolicy.Grant) bool {
	return slices.ContainsFunc(g.Conditions, func(c iampolicy.Condition) bool {
		key := strings.ToLower(c.Key)
		return (strings.Contains(key, ":resourcetag/") || key == "kms:viaservice" || strings.HasPrefix(key, "kms:encryptioncontext:")) && g.RestrictedBy(c.Key)
	})
}

// reachesAll reports that a resource pattern names nothing in particular: "*", or an ARN with only
// wildcards behind its type, such as arn:aws:lambda:*:*:function:*.
func reachesAll(pattern string) bool {
	parts := strings.SplitN(pattern, ":", 6)
	if len(parts) < 6 {
		return strings.HasSuffix(pattern, "*")
	}
	resource := parts[5]
	switch parts[2] {
	case "s3":
		resource, _, _ = strings.Cut(resource, "/") // the bucket; what follows are its objects
	case "execute-api":
	default:
		if i := strings.IndexAny(resource, "/:"); i >= 0 {
			resource = resource[i+1:]
		}
	}
	return strings.Trim(resource, "*?/:") == ""
}

// reading are the verbs of actions that change nothing.
var reading = []string{"get", "list", "describe", "batchget", "batchdescribe", "query", "scan", "search", "lookup", "view", "check", "head", "select", "retrieve"}

// reads reports that an action, or each one that a pattern matches, changes nothing by its name.
func reads(action string) bool {
	return slices.ContainsFunc(reading, func(verb string) bool { return strings.HasPrefix(action, verb) })
}

// listed joins the first of some findings.
func listed(found []string) string {
	const most = 3
	if len(found) > most {
		return strings.Join(found[:most], ", ") + " and more"
	}
	return strings.Join(found, ", ")
}

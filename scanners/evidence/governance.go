package evidence

import "time"

// KMS holds the keys that the workload's resources name in one region.
type KMS struct {
	Keys List[Key] `json:"keys"`
}

// Key is a KMS key that a resource of the workload uses. Rotation and policy are read where they are
// the customer's to set.
type Key struct {
	ARN      string            `json:"arn"`      // as the resource names it; possibly an alias
	Settings Fact[KeySettings] `json:"settings"` // DescribeKey
	Rotation Fact[bool]        `json:"rotation"` // automatic rotation is on
	Policy   Fact[string]      `json:"policy"`   // document
}

// KeySettings is what DescribeKey says.
type KeySettings struct {
	CustomerManaged bool      `json:"customer_managed"` // KeyManager CUSTOMER
	State           string    `json:"state"`            // Enabled, PendingDeletion, …; KeyGone
	Deleted         time.Time `json:"deleted,omitzero"` // when KMS is going to delete it
	Origin          string    `json:"origin"`           // AWS_KMS, EXTERNAL, AWS_CLOUDHSM, EXTERNAL_KEY_STORE
	Spec            string    `json:"spec"`             // SYMMETRIC_DEFAULT, …
}

// KeyGone is the state of a key that KMS answers not to have. It was the customer's: AWS managed keys
// cannot be deleted.
const KeyGone = "NotFound"

// Rotates reports that automatic rotation can be set on the key, and is at work: AWS KMS Developer
// Guide, "Rotate AWS KMS keys".
func (k KeySettings) Rotates() bool {
	return k.CustomerManaged && k.State == "Enabled" && k.Origin == "AWS_KMS" && k.Spec == "SYMMETRIC_DEFAULT"
}

// Tagging is what the Resource Groups Tagging API said in one region. A resource that never had a
// tag is not listed.
type Tagging struct {
	Resources List[TaggedResource] `json:"resources"`
}

// TaggedResource is a resource with its tags.
type TaggedResource struct {
	ARN  string     `json:"arn"`
	Tags Fact[Tags] `json:"tags"`
}

// Contacts are the account's alternate contacts: whether one is set, never who it is.
type Contacts struct {
	Security   Fact[bool] `json:"security"`
	Operations Fact[bool] `json:"operations"`
}

// Budgets are the account's budgets.
type Budgets struct {
	Budgets List[Budget]       `json:"budgets"`
	Actions List[BudgetAction] `json:"actions"`
}

// Budget is a budget. Its notifications' subscribers are counted where it may count what the workload spends.
type Budget struct {
	Name          string                   `json:"name"`
	Settings      Fact[BudgetSettings]     `json:"settings"`
	Notifications List[BudgetNotification] `json:"notifications"`
}

// BudgetSettings is what DescribeBudgets says. Amounts are in the budget's unit, and mean nothing
// where AWS gave none.
type BudgetSettings struct {
	Type        string         `json:"type"`    // COST, USAGE, …
	Limited     bool           `json:"limited"` // has a limit, planned limits, or adjusts itself
	HasLimit    bool           `json:"has_limit"`
	Limit       float64        `json:"limit"` // of the current period
	HasActual   bool           `json:"has_actual"`
	Actual      float64        `json:"actual"`
	HasForecast bool           `json:"has_forecast"`
	Forecast    float64        `json:"forecast"`
	Unit        string         `json:"unit,omitempty"`      // such as USD
	Unhealthy   string         `json:"unhealthy,omitempty"` // why AWS no longer updates it
	Filters     []BudgetFilter `json:"filters,omitempty"`   // cost filters and filter expression, flattened
}

// BudgetFilter is one filter of a budget.
type BudgetFilter struct {
	Dimension string   `json:"dimension"`          // SERVICE, TAG, LINKED_ACCOUNT, …
	Values    []string `json:"values,omitempty"`   // of services and usage types; key$value of tags
	Excluded  bool     `json:"excluded,omitempty"` // what it matches is not counted
}

// BudgetNotification is a notification of a budget.
type BudgetNotification struct {
	Type        string    `json:"type"` // ACTUAL or FORECASTED
	Threshold   float64   `json:"threshold"`
	Absolute    bool      `json:"absolute"` // the threshold is an amount, else per cent of the limit
	Below       bool      `json:"below"`    // it tells of falling below the threshold
	Subscribers Fact[int] `json:"subscribers"`
}

// BudgetAction is an action that a budget takes.
type BudgetAction struct {
	ID       string                     `json:"id"`
	Settings Fact[BudgetActionSettings] `json:"settings"`
}

// BudgetActionSettings are an action's state and approval model.
type BudgetActionSettings struct {
	Budget string `json:"budget"`
	Type   string `json:"type"`   // APPLY_IAM_POLICY, APPLY_SCP_POLICY or RUN_SSM_DOCUMENTS
	Status string `json:"status"` // STANDBY, EXECUTION_SUCCESS, …
	Manual bool   `json:"manual"` // ApprovalModel MANUAL
}

// Backup is what AWS Backup said in one region.
type Backup struct {
	Plans        List[BackupPlan]        `json:"plans"`
	Vaults       List[BackupVault]       `json:"vaults"`
	Protected    List[ProtectedResource] `json:"protected"`
	RestorePlans List[RestorePlan]       `json:"restore_plans"`
	RestoreJobs  List[RestoreJob]        `json:"restore_jobs"` // of the last 180 days
	OptIn        Fact[map[string]bool]   `json:"opt_in"`       // resource type to backed up or not
}

// BackupPlan is a backup plan.
type BackupPlan struct {
	ARN        string             `json:"arn"`
	ID         string             `json:"id"`
	Name       string             `json:"name"`
	Rules      Fact[[]BackupRule] `json:"rules"`
	Selections List[string]       `json:"selections"` // names
}

// BackupRule is a rule of a backup plan.
type BackupRule struct {
	Name        string   `json:"name"`
	Vault       string   `json:"vault"`                // name of the target vault
	DeleteAfter int      `json:"delete_after"`         // days; 0 for never
	AfterCopy   bool     `json:"after_copy,omitempty"` // deleted once copied
	Copies      []string `json:"copies,omitempty"`     // destination vault ARNs
	AirGapped   string   `json:"air_gapped,omitempty"` // logically air-gapped vault ARN
}

// BackupVault is a backup vault.
type BackupVault struct {
	ARN       string              `json:"arn"`
	Name      string              `json:"name"`
	Settings  Fact[VaultSettings] `json:"settings"`
	Resources List[string]        `json:"resources"` // ARNs of what its recovery points were taken of
}

// VaultSettings is what ListBackupVaults says.
type VaultSettings struct {
	Locked         bool      `json:"locked"`
	LockDate       time.Time `json:"lock_date,omitzero"` // when the lock can no longer be removed; zero for never
	Type           string    `json:"type"`               // BACKUP_VAULT, LOGICALLY_AIR_GAPPED_BACKUP_VAULT, …
	RecoveryPoints int64     `json:"recovery_points"`
	KMSKey         string    `json:"kms_key,omitempty"`
}

// ProtectedResource is a resource that AWS Backup has backed up.
type ProtectedResource struct {
	ARN        string          `json:"arn"`
	Type       string          `json:"type"`
	LastBackup Fact[time.Time] `json:"last_backup"`     // zero for none
	Vault      string          `json:"vault,omitempty"` // ARN of the last backup's vault
}

// RestorePlan is a restore testing plan.
type RestorePlan struct {
	ARN        string                 `json:"arn"`
	Name       string                 `json:"name"`
	LastRun    Fact[time.Time]        `json:"last_run"` // zero for never
	Selections List[RestoreSelection] `json:"selections"`
}

// RestoreSelection is what a restore testing plan restores.
type RestoreSelection struct {
	Name string `json:"name"`
	Type string `json:"type"` // resource type, such as DynamoDB
}

// RestoreJob is a restore.
type RestoreJob struct {
	ID       string                   `json:"id"`
	Settings Fact[RestoreJobSettings] `json:"settings"`
}

// RestoreJobSettings are a restore's result and times.
type RestoreJobSettings struct {
	Status     string    `json:"status"`
	Validation string    `json:"validation,omitempty"` // SUCCESSFUL, FAILED, …
	Source     string    `json:"source,omitempty"`     // ARN of the resource that was backed up
	Created    time.Time `json:"created"`
	Completed  time.Time `json:"completed,omitzero"`
	Tested     bool      `json:"tested"` // started by a restore testing plan
}

package evidence

// Logs is what CloudWatch Logs said in one region.
type Logs struct {
	Groups           List[LogGroup]           `json:"groups"`
	AccountPolicies  List[LogAccountPolicy]   `json:"account_policies"`
	MetricFilters    List[LogMetricFilter]    `json:"metric_filters"`
	AnomalyDetectors List[LogAnomalyDetector] `json:"anomaly_detectors"`
	DeliverySources  List[LogDeliverySource]  `json:"delivery_sources"`
	Deliveries       List[LogDelivery]        `json:"deliveries"`
	SavedQueries     List[LogQuery]           `json:"saved_queries"`
	ScheduledQueries List[LogQuery]           `json:"scheduled_queries"`
}

// LogGroup is a log group.
type LogGroup struct {
	ARN        string                 `json:"arn"` // without the trailing :*
	Name       string                 `json:"name"`
	Settings   Fact[LogGroupSettings] `json:"settings"`
	Protection Fact[string]           `json:"protection"` // the group's own data protection policy document; empty for none
}

// LogGroupSettings is what DescribeLogGroups says.
type LogGroupSettings struct {
	Retention         int    `json:"retention"`                  // days; 0 for never expire
	RetentionPolicy   string `json:"retention_policy,omitempty"` // the account policy that sets the retention
	KMSKey            string `json:"kms_key,omitempty"`
	Class             string `json:"class"` // STANDARD, INFREQUENT_ACCESS, ESSENTIALS or DELIVERY
	StoredBytes       int64  `json:"stored_bytes"`
	ProtectionStatus  string `json:"protection_status,omitempty"` // ACTIVATED, …
	AccountProtection bool   `json:"account_protection"`          // inherits ACCOUNT_DATA_PROTECTION
}

// LogAccountPolicy is an account-wide policy of CloudWatch Logs.
type LogAccountPolicy struct {
	Name     string       `json:"name"`
	Type     string       `json:"type"`
	Document Fact[string] `json:"document"`
	Scope    string       `json:"scope,omitempty"`
	Criteria string       `json:"criteria,omitempty"` // selection criteria; empty for all groups
}

// LogMetricFilter is a metric filter of a log group.
type LogMetricFilter struct {
	Name     string                        `json:"name"`
	Group    string                        `json:"group"` // log group name
	Settings Fact[LogMetricFilterSettings] `json:"settings"`
}

// LogMetricFilterSettings names the metric a filter publishes.
type LogMetricFilterSettings struct {
	Namespace string `json:"namespace"`
	Metric    string `json:"metric"`
}

// LogAnomalyDetector watches log groups.
type LogAnomalyDetector struct {
	ARN      string                           `json:"arn"`
	Settings Fact[LogAnomalyDetectorSettings] `json:"settings"`
}

// LogAnomalyDetectorSettings are a detector's state and the ARNs of its log groups.
type LogAnomalyDetectorSettings struct {
	Status string   `json:"status"` // INITIALIZING, TRAINING, ANALYZING, FAILED, DELETED, PAUSED
	Groups []string `json:"groups"`
}

// LogDeliverySource is a resource that can deliver logs.
type LogDeliverySource struct {
	Name     string                          `json:"name"`
	Settings Fact[LogDeliverySourceSettings] `json:"settings"`
}

// LogDeliverySourceSettings are what a source delivers and of which resources.
type LogDeliverySourceSettings struct {
	Type      string   `json:"type"`      // APPLICATION_LOGS, TRACES, …
	Resources []string `json:"resources"` // ARNs
}

// LogDelivery connects a delivery source to a destination.
type LogDelivery struct {
	ID              string       `json:"id"`
	Source          Fact[string] `json:"source"`           // name
	DestinationType string       `json:"destination_type"` // S3, CWL, FH, XRAY
}

// LogQuery is a saved or scheduled Logs Insights query.
type LogQuery struct {
	Name     string                 `json:"name"`
	Settings Fact[LogQuerySettings] `json:"settings"`
}

// LogQuerySettings are a query's log groups and whether it runs on a schedule. The query text is not kept.
type LogQuerySettings struct {
	Groups  []string `json:"groups,omitempty"` // names or ARNs, listed or in the text; "*" for all
	Unbound bool     `json:"unbound"`          // names no log groups: who runs it chooses them
	Enabled bool     `json:"enabled"`          // runs on a schedule
}

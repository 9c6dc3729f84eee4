package evidence

import "time"

// CloudWatch is what Amazon CloudWatch said in one region.
type CloudWatch struct {
	Alarms           List[Alarm]           `json:"alarms"` // on metrics and on logs
	Composites       List[CompositeAlarm]  `json:"composites"`
	Metrics          List[Metric]          `json:"metrics"`       // of Bedrock
	TableMetrics     List[Metric]          `json:"table_metrics"` // scans and throttling of DynamoDB tables in scope
	AnomalyDetectors List[AnomalyDetector] `json:"anomaly_detectors"`
	Dashboards       List[Dashboard]       `json:"dashboards"` // global: one region's list has them, the others' are empty
	Data             List[MetricData]      `json:"data"`       // billed; only with the flag
}

// Alarm is a metric alarm or a log alarm.
type Alarm struct {
	ARN      string              `json:"arn"`
	Name     string              `json:"name"`
	Settings Fact[AlarmSettings] `json:"settings"`
}

// AlarmSettings is what DescribeAlarms says of a metric alarm or a log alarm.
type AlarmSettings struct {
	Description    string        `json:"description,omitempty"`
	ActionsEnabled bool          `json:"actions_enabled"`
	Actions        []string      `json:"actions,omitempty"` // ARNs, for the ALARM state
	State          string        `json:"state"`             // OK, ALARM, INSUFFICIENT_DATA
	StateSince     time.Time     `json:"state_since,omitzero"`
	MissingData    string        `json:"missing_data,omitempty"` // TreatMissingData
	Statistic      string        `json:"statistic,omitempty"`    // or extended statistic
	Anomaly        bool          `json:"anomaly"`                // compares with an anomaly detection band
	Evaluation     string        `json:"evaluation,omitempty"`   // PARTIAL_DATA, EVALUATION_ERROR or EVALUATION_FAILURE
	Watches        []AlarmMetric `json:"watches,omitempty"`      // directly, or through what its math refers to
	Queries        []string      `json:"queries,omitempty"`      // Metrics Insights and PromQL text
	LogGroups      []string      `json:"log_groups,omitempty"`   // names or ARNs; log alarms only
}

// AlarmMetric is a metric that an alarm watches.
type AlarmMetric struct {
	Namespace  string            `json:"namespace"`
	Name       string            `json:"name"`
	Statistic  string            `json:"statistic,omitempty"`
	Dimensions map[string]string `json:"dimensions,omitempty"`
}

// CompositeAlarm is a composite alarm.
type CompositeAlarm struct {
	ARN      string                  `json:"arn"`
	Name     string                  `json:"name"`
	Settings Fact[CompositeSettings] `json:"settings"`
}

// CompositeSettings are a composite alarm's rule and actions.
type CompositeSettings struct {
	Rule           string   `json:"rule"`
	Description    string   `json:"description,omitempty"`
	ActionsEnabled bool     `json:"actions_enabled"`
	Actions        []string `json:"actions,omitempty"`
}

// Metric is a metric that published data in about the last two weeks (ListMetrics).
type Metric struct {
	Namespace  string            `json:"namespace"`
	Name       string            `json:"name"`
	Dimensions map[string]string `json:"dimensions,omitempty"`
}

// AnomalyDetector is an anomaly detection model on a metric; one on metric math stands once for each
// metric that its math refers to.
type AnomalyDetector struct {
	Namespace  string            `json:"namespace"`
	Metric     string            `json:"metric"`
	Dimensions map[string]string `json:"dimensions,omitempty"`
	State      Fact[string]      `json:"state"` // TRAINED, PENDING_TRAINING, TRAINED_INSUFFICIENT_DATA
}

// Dashboard is a dashboard and what its body refers to.
type Dashboard struct {
	Name string              `json:"name"`
	Body Fact[DashboardBody] `json:"body"`
}

// DashboardBody is what a dashboard's body refers to.
type DashboardBody struct {
	Metrics    []DashboardMetric `json:"metrics,omitempty"`
	Namespaces []string          `json:"namespaces,omitempty"` // that searches and queries name
	LogGroups  []DashboardLog    `json:"log_groups,omitempty"`
	Alarms     []string          `json:"alarms,omitempty"` // ARNs
	Text       int               `json:"text"`             // characters of the longest text widget
}

// DashboardMetric is a metric of this account that a widget shows.
type DashboardMetric struct {
	Region     string            `json:"region,omitempty"` // empty where the widget names none
	Namespace  string            `json:"namespace"`
	Name       string            `json:"name"`
	Dimensions map[string]string `json:"dimensions,omitempty"`
}

// DashboardLog is a log group that a widget queries.
type DashboardLog struct {
	Region string `json:"region,omitempty"`
	Name   string `json:"name"`
}

// MetricData is a metric's aggregate over a window (GetMetricData, billed).
type MetricData struct {
	Metric Metric            `json:"metric"`
	Stat   string            `json:"stat"` // Sum, Maximum, p95, …
	Days   int               `json:"days"` // whole days before the scan's, which is part of the window too
	Value  Fact[MetricValue] `json:"value"`
}

// MetricValue is the sum of a Sum's days, the highest day of any other statistic, and the number of
// days that had data.
type MetricValue struct {
	Value float64 `json:"value"`
	Days  int     `json:"days"`
}

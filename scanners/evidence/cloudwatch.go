package evidence

import "time"

// CloudWatch is what Amazon CloudWatch said in one region.
type CloudWatch struct {
	Alarms           List[Alarm]           `json:"alarms"`
	Composites       List[CompositeAlarm]  `json:"composites"`
	Metrics          List[Metric]          `json:"metrics"` // published in the last two weeks in the namespaces asked
	AnomalyDetectors List[AnomalyDetector] `json:"anomaly_detectors"`
	Dashboards       List[Dashboard]       `json:"dashboards"`
	Data             List[MetricData]      `json:"data"` // billed; only with the flag
}

// Alarm is a metric alarm.
type Alarm struct {
	ARN      string              `json:"arn"`
	Name     string              `json:"name"`
	Settings Fact[AlarmSettings] `json:"settings"`
}

// AlarmSettings is what DescribeAlarms says of a metric alarm.
type AlarmSettings struct {
	Description    string        `json:"description,omitempty"`
	ActionsEnabled bool          `json:"actions_enabled"`
	Actions        []string      `json:"actions,omitempty"` // ARNs, for the ALARM state
	State          string        `json:"state"`             // OK, ALARM, INSUFFICIENT_DATA
	StateSince     time.Time     `json:"state_since,omitzero"`
	MissingData    string        `json:"missing_data,omitempty"` // TreatMissingData
	Statistic      string        `json:"statistic,omitempty"`    // or extended statistic
	Anomaly        bool          `json:"anomaly"`                // compares with an anomaly detection band
	Watches        []AlarmMetric `json:"watches,omitempty"`
	Queries        []string      `json:"queries,omitempty"` // Metrics Insights text and math expressions
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

// AnomalyDetector is an anomaly detection model on a metric.
type AnomalyDetector struct {
	Namespace string       `json:"namespace"`
	Metric    string       `json:"metric"`
	State     Fact[string] `json:"state"` // TRAINED, …
}

// Dashboard is a dashboard and what its body refers to.
type Dashboard struct {
	Name string              `json:"name"`
	Body Fact[DashboardBody] `json:"body"`
}

// DashboardBody is what a dashboard's body refers to.
type DashboardBody struct {
	Namespaces []string      `json:"namespaces,omitempty"`
	Metrics    []AlarmMetric `json:"metrics,omitempty"` // metrics with dimensions
	Text       int           `json:"text"`              // characters of the longest text widget
}

// MetricData is a metric's aggregate over a window (GetMetricData, billed).
type MetricData struct {
	Metric Metric            `json:"metric"`
	Stat   string            `json:"stat"` // Sum, Maximum, p95, …
	Days   int               `json:"days"` // window before the scan
	Value  Fact[MetricValue] `json:"value"`
}

// MetricValue is an aggregate and the number of days that had data.
type MetricValue struct {
	Value float64 `json:"value"`
	Days  int     `json:"days"`
}

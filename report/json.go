package report

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/invopop/jsonschema"
)

// WriteJSON writes the report as indented JSON.
func WriteJSON(w io.Writer, r *Report) error {
	encoder := json.NewEncoder(w)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	return encoder.Encode(r)
}

// ReadJSON reads a report that WriteJSON wrote, of this schema's major version.
func ReadJSON(in io.Reader) (*Report, error) {
	data, err := io.ReadAll(in)
	if err != nil {
		return nil, fmt.Errorf("cannot read the result: %w", err)
	}
	var head struct {
		SchemaVersion string `json:"schema_version"`
	}
	if err := json.Unmarshal(data, &head); err != nil {
		return nil, fmt.Errorf("the result is not JSON, or is cut short: %w", err)
	}
	major, _, _ := strings.Cut(SchemaVersion, ".")
	switch got, _, _ := strings.Cut(head.SchemaVersion, "."); {
	case got == "":
		return nil, errors.New("not a result of awsready: it has no schema_version; give the report.json of a scan")
	case got != major:
		return nil, fmt.Errorf("the result has schema version %s and this awsready reads %s: use the awsready that wrote it", head.SchemaVersion, SchemaVersion)
	}
	r := new(Report)
	if err := json.Unmarshal(data, r); err != nil {
		return nil, fmt.Errorf("the result is damaged: %w", err)
	}
	return r, nil
}

// Schema is the JSON Schema of the report, generated from its types.
func Schema() ([]byte, error) {
	reflector := jsonschema.Reflector{AllowAdditionalProperties: true, BaseSchemaID: "https://awsready.dev/schema"}
	schema := reflector.Reflect(&Report{})
	schema.Title = "awsready report " + SchemaVersion
	schema.Description = "Result of an awsready scan. Members may be added in a minor version; readers ignore those that they do not know."
	nullable(schema)
	data, err := json.MarshalIndent(schema, "", "  ")
	return append(data, '\n'), err
}

// nullable lets the members that are pointers in Go, and are always written, be null.
func nullable(schema *jsonschema.Schema) {
	for definition, members := range map[string][]string{
		"Report":  {"score", "must_have", "should_have", "support", "reach", "next_band"},
		"Finding": {"gap"},
	} {
		for _, member := range members {
			if property, ok := schema.Definitions[definition].Properties.Get(member); ok {
				schema.Definitions[definition].Properties.Set(member, &jsonschema.Schema{
					OneOf:       []*jsonschema.Schema{{Ref: property.Ref}, {Type: "null"}},
					Description: property.Description,
				})
			}
		}
	}
}

package main

import (
	"context"
	"database/sql"
	"fmt"
	"reflect"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2"
	"github.com/go-sql-driver/mysql"
)

type askOrder struct {
	// Driver is "clickhouse" (clickhouse-go over HTTP, as Grafana's official ClickHouse plugin) or "mysql" (go-sql-driver, as Grafana's
	// MySQL data source).
	Driver     string   `json:"driver"`
	Address    string   `json:"address"`
	User       string   `json:"user"`
	Password   string   `json:"password"`
	Database   string   `json:"database"`
	Statements []string `json:"statements"`
}

type column struct {
	Name string `json:"name"`
	// Type as the database has it.
	Type string `json:"type"`
	// Kind is what a data frame would hold: string, number, time or other.
	Kind string `json:"kind"`
}

type frame struct {
	Columns []column `json:"columns"`
	Rows    [][]any  `json:"rows"`
}

func ask(given askOrder) ([]frame, error) {
	db, err := open(given)
	if err != nil {
		return nil, err
	}
	defer db.Close()
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
	defer cancel()
	frames := make([]frame, 0, len(given.Statements))
	for _, statement := range given.Statements {
		one, err := read(ctx, db, statement)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", statement, err)
		}
		frames = append(frames, one)
	}
	return frames, nil
}

func open(given askOrder) (*sql.DB, error) {
	switch given.Driver {
	case "clickhouse":
		return clickhouse.OpenDB(&clickhouse.Options{
			Addr:        []string{given.Address},
			Auth:        clickhouse.Auth{Username: given.User, Password: given.Password, Database: given.Database},
			Protocol:    clickhouse.HTTP,
			Compression: &clickhouse.Compression{Method: clickhouse.CompressionGZIP},
			// The plugin sends its query timeout as this setting.
			Settings: clickhouse.Settings{"max_execution_time": 60},
		}), nil
	case "mysql":
		config := mysql.NewConfig()
		config.Net, config.Addr = "tcp", given.Address
		config.User, config.Passwd, config.DBName = given.User, given.Password, given.Database
		// As Grafana's data source opens it.
		config.Collation = "utf8mb4_unicode_ci"
		config.ParseTime, config.Loc, config.AllowNativePasswords = true, time.UTC, true
		connector, err := mysql.NewConnector(config)
		if err != nil {
			return nil, err
		}
		return sql.OpenDB(connector), nil
	default:
		return nil, fmt.Errorf("no driver %q: clickhouse or mysql", given.Driver)
	}
}

func read(ctx context.Context, db *sql.DB, statement string) (frame, error) {
	rows, err := db.QueryContext(ctx, statement)
	if err != nil {
		return frame{}, err
	}
	defer rows.Close()
	types, err := rows.ColumnTypes()
	if err != nil {
		return frame{}, err
	}
	result := frame{Columns: make([]column, len(types)), Rows: [][]any{}}
	for i, t := range types {
		result.Columns[i] = column{Name: t.Name(), Type: t.DatabaseTypeName(), Kind: kind(t)}
	}
	for rows.Next() {
		cells := make([]reflect.Value, len(types))
		targets := make([]any, len(types))
		for i, t := range types {
			cells[i] = reflect.New(target(t))
			targets[i] = cells[i].Interface()
		}
		if err := rows.Scan(targets...); err != nil {
			return frame{}, err
		}
		values := make([]any, len(types))
		for i := range cells {
			values[i] = cells[i].Elem().Interface()
		}
		result.Rows = append(result.Rows, values)
	}
	return result, rows.Err()
}

// target is the Go type that a column is read into. The MySQL driver gives nullable wrappers and bytes for text, which Grafana reads as
// string and number, too.
func target(t *sql.ColumnType) reflect.Type {
	switch kind(t) {
	case "string":
		return reflect.TypeFor[string]()
	case "number":
		return reflect.TypeFor[float64]()
	default:
		return t.ScanType()
	}
}

func kind(t *sql.ColumnType) string {
	scan := t.ScanType()
	switch scan {
	case reflect.TypeFor[time.Time](), reflect.TypeFor[sql.NullTime]():
		return "time"
	case reflect.TypeFor[sql.NullInt64](), reflect.TypeFor[sql.NullFloat64]():
		return "number"
	case reflect.TypeFor[sql.NullString]():
		return "string"
	}
	switch scan.Kind() {
	case reflect.String:
		return "string"
	case reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64,
		reflect.Float32, reflect.Float64:
		return "number"
	}
	return "other"
}

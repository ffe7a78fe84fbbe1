import { CodeEditor } from '@grafana/ui';

interface SqlFieldProps {
  readonly value: string;
  /** Height in CSS pixels. */
  readonly height: number;
  /** The text when the editor is left or saved with Ctrl/Cmd+S. */
  readonly onCommit: (sql: string) => void;
}

/** The SQL editor of queries, variables and annotations. */
export function SqlField({ value, height, onCommit }: SqlFieldProps) {
  return (
    <CodeEditor
      language="sql"
      value={value}
      height={height}
      showMiniMap={false}
      showLineNumbers
      onBlur={onCommit}
      onSave={onCommit}
      monacoOptions={{ scrollBeyondLastLine: false, wordWrap: 'on', fontSize: 13 }}
    />
  );
}

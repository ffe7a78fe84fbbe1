import { useState } from 'react';
import { Collapse } from '@grafana/ui';

/** The statement that really left for the server, macros and variables expanded; nothing before the first run. */
export function SqlSent({ sql }: { readonly sql: string | undefined }) {
  const [open, setOpen] = useState(false);
  if (!sql) return null;
  return (
    <Collapse label="SQL sent" isOpen={open} onToggle={() => setOpen(!open)}>
      <pre data-testid="tidemark-sql-sent">{sql}</pre>
    </Collapse>
  );
}

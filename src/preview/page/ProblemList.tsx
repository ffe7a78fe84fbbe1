import { Alert } from '@grafana/ui';
import { useSyncExternalStore } from 'react';
import { problemLog } from '../problems';

/** What the preview cannot draw of this dashboard, one line each; nothing when all is drawn. */
export function ProblemList() {
  const problems = useSyncExternalStore(problemLog.subscribe, problemLog.list);
  if (problems.length === 0) return null;
  return (
    <div data-testid="preview-problems">
      <Alert severity="warning" title="The preview does not draw all of this dashboard">
        <ul>
          {problems.map(({ where, text }) => (
            <li key={`${where} ${text}`}>
              <code>{where}</code>: {text}
            </li>
          ))}
        </ul>
      </Alert>
    </div>
  );
}

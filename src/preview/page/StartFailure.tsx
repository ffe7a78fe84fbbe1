import { messageOf } from '../../core/errors';

/** What stands on the page when it could not start: the reason, without any of Grafana's components. */
export function StartFailure({ error }: { readonly error: unknown }) {
  return (
    <main role="alert" style={{ padding: 24, font: '14px sans-serif', color: '#d44a3a' }}>
      <h1 style={{ fontSize: 20 }}>The preview could not start</h1>
      <p>{messageOf(error)}</p>
    </main>
  );
}

import type { TidemarkError } from '../core/errors';
import { fail } from './errors';
import { exceptionError, parseException } from './serverError';

const maxDetail = 300;

/**
 * The error behind an answer that is not data: an exception of ClickHouse where the body holds one, otherwise what the
 * status says, otherwise the page title of whatever answered instead. Never throws.
 * @param exceptionCode the header `X-ClickHouse-Exception-Code`, where it came through
 */
export function httpError(status: number, body: string, exceptionCode: string | null): TidemarkError {
  const exception = parseException(body);
  if (exception) return exceptionError(exception);
  const code = Number(exceptionCode);
  if (exceptionCode && Number.isInteger(code) && code > 0)
    return exceptionError({ code, type: '', text: body.trim().slice(0, maxDetail) || 'no reason given' });
  // Grafana's proxy turns a 401 of the target into a 400 with this text.
  if (/authentication to data source failed/i.test(body)) return fail('auth_failed', { detail: '' });

  const detail = detailOf(body);
  switch (status) {
    case 401:
      return fail('session_ended', { status });
    case 403:
      return fail('forbidden', { status, detail });
    case 404:
      return fail('not_found', { status, detail });
    case 413:
      return fail('too_large', { status });
    case 429:
      return fail('too_many_requests', { status });
    case 502:
    case 503:
      return fail('bad_gateway', { status, detail });
    case 408:
    case 504:
      return fail('gateway_timeout', { status });
  }
  if (isHtml(body)) return fail('html_answer', { status, title: titleOf(body) });
  return fail('http_error', { status, detail });
}

/** Whether a body is a web page: by its first characters, since proxies mislabel them. */
export function isHtml(body: string): boolean {
  return /^\uFEFF?\s*<(?:!doctype html|html|head|body)\b/i.test(body.slice(0, 200));
}

function titleOf(html: string): string {
  const title = /<title[^>]*>([^<]{1,120})/i.exec(html.slice(0, 10_000))?.[1] ?? '';
  return title.trim().replace(/\s+/g, ' ');
}

/** One line of the body: the `message` of Grafana's JSON errors, the title of a page, or the text itself. */
function detailOf(body: string): string {
  const text = body.trim();
  if (!text) return '';
  if (isHtml(text)) return titleOf(text);
  if (text.startsWith('{')) {
    try {
      const parsed = JSON.parse(text) as { message?: unknown; error?: unknown };
      const said = parsed.message ?? parsed.error;
      if (typeof said === 'string') return said.slice(0, maxDetail);
    } catch {
      // Not JSON after all: the text itself is shown.
    }
  }
  return text.replace(/\s+/g, ' ').slice(0, maxDetail);
}

// Stands where Slack would: takes what is posted to /hook as an incoming webhook does, and shows it on one page.
// PORT (default 8026; 0: a free one) and HOST (default 127.0.0.1) say where. Keeps the last 200 messages, in memory.
import { createServer } from 'node:http';

const most = 200;
const largest = 1_000_000;
const messages = [];

const escaped = (text) =>
  String(text ?? '')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');

/** Slack's own markup: <https://…|text>; its & < > come escaped. */
const shown = (text) =>
  escaped(text)
    .replace(
      /&lt;(https?:\/\/[^|&]*(?:&amp;[^|&]*)*)\|([^&]*)&gt;/g,
      (_, url, name) => `<a href="${url}" rel="noreferrer">${name}</a>`,
    )
    .replace(/&amp;(amp|lt|gt);/g, '&$1;')
    .replace(/\*([^*\n]+)\*/g, '<b>$1</b>')
    .replaceAll('\n', '<br>');

const attachment = ({ color, title, title_link: link, text }) =>
  `<div class="a" style="border-color:${/^#[0-9a-fA-F]{6}$/.test(color ?? '') ? color : '#888'}"><b>${
    /^https?:/.test(link ?? '') ? `<a href="${escaped(link)}">${shown(title)}</a>` : shown(title)
  }</b><p>${shown(text)}</p></div>`;

const page = () => `<!doctype html><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<meta http-equiv="refresh" content="5"><title>Slack catcher</title>
<style>body{font:16px/1.5 sans-serif;max-width:44em;margin:1em auto;padding:0 1em}.a{border-left:4px solid;padding:0 1em;margin:.5em 0}time{color:#777}</style>
<h1>What Slack would show</h1>
${messages.length === 0 ? '<p>Nothing yet.</p>' : ''}
${messages
  .map(
    ({ at, body }) =>
      `<time>${at}</time>${body.text ? `<p>${shown(body.text)}</p>` : ''}${(body.attachments ?? []).map(attachment).join('')}`,
  )
  .reverse()
  .join('\n')}`;

const read = async (request) => {
  const chunks = [];
  let bytes = 0;
  for await (const chunk of request) {
    bytes += chunk.length;
    if (bytes > largest) throw new Error('the message is larger than 1 MB');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString();
};

const server = createServer(async (request, response) => {
  const answer = (status, type, text) => response.writeHead(status, { 'content-type': type }).end(text);
  const { pathname } = new URL(request.url ?? '/', 'http://catcher');
  if (request.method === 'POST' && pathname === '/hook') {
    try {
      const body = JSON.parse(await read(request));
      messages.push({ at: new Date().toISOString(), body });
      messages.splice(0, messages.length - most);
      console.log(body.attachments?.[0]?.title ?? body.text ?? '(no title)');
      return answer(200, 'text/plain', 'ok');
    } catch (error) {
      return answer(400, 'text/plain', `invalid_payload: ${error.message}`);
    }
  }
  if (request.method === 'GET' && pathname === '/messages')
    return answer(200, 'application/json', JSON.stringify(messages));
  if (request.method === 'GET' && pathname === '/') return answer(200, 'text/html; charset=utf-8', page());
  return answer(404, 'text/plain', 'POST /hook, GET / or GET /messages');
});

server.listen(Number(process.env.PORT ?? 8026), process.env.HOST ?? '127.0.0.1', () =>
  console.log(`Slack catcher: http://${process.env.HOST ?? '127.0.0.1'}:${server.address().port}`),
);
for (const signal of ['SIGINT', 'SIGTERM'])
  process.on(signal, () => {
    server.close(() => process.exit(0));
    server.closeAllConnections();
  });

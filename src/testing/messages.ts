import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

import { SMTPServer } from 'smtp-server';

/** A message as Slack gets it from Alertmanager. */
export interface SlackMessage {
  readonly channel: string;
  readonly title: string;
  readonly link: string;
  readonly text: string;
  readonly fallback: string;
  readonly color: string;
}

export interface Email {
  readonly to: readonly string[];
  readonly subject: string;
  /** The plain part. */
  readonly text: string;
  readonly html: string;
}

/** Something that takes messages on loopback and keeps them, in order of arrival. */
export interface Catcher<Message> {
  /** `http://127.0.0.1:PORT/…` or `127.0.0.1:PORT`. */
  readonly address: string;
  readonly messages: readonly Message[];
  stop(): Promise<void>;
}

interface Attachment {
  readonly title?: string;
  readonly title_link?: string;
  readonly text?: string;
  readonly fallback?: string;
  readonly color?: string;
}

/** Stands for Slack's incoming webhook. */
export async function catchSlack(): Promise<Catcher<SlackMessage>> {
  const messages: SlackMessage[] = [];
  const server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => (body += chunk.toString()));
    request.on('end', () => {
      const { channel, attachments } = JSON.parse(body) as { channel: string; attachments: readonly Attachment[] };
      const [{ title = '', title_link: link = '', text = '', fallback = '', color = '' } = {}] = attachments;
      messages.push({ channel, title, link, text, fallback, color });
      response.end('ok');
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    address: `http://127.0.0.1:${port}/services/T000/B000/XXX`,
    messages,
    stop: () => new Promise((resolve) => void server.close(() => resolve()).closeAllConnections()),
  };
}

/** An SMTP server that takes everything, without login and encryption. */
export async function catchEmail(): Promise<Catcher<Email>> {
  const messages: Email[] = [];
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['AUTH', 'STARTTLS'],
    onData(stream, { envelope }, done) {
      let raw = '';
      stream.on('data', (chunk: Buffer) => (raw += chunk.toString()));
      stream.on('end', () => {
        messages.push({ to: envelope.rcptTo.map(({ address }) => address), ...readMail(raw) });
        done();
      });
    },
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.server.address() as AddressInfo;
  return { address: `127.0.0.1:${port}`, messages, stop: () => new Promise((resolve) => server.close(resolve)) };
}

/** Reads the mails that Alertmanager writes: two parts, each quoted-printable. */
function readMail(raw: string): Omit<Email, 'to'> {
  const unfolded = raw.replace(/\r\n/g, '\n');
  const head = unfolded.slice(0, unfolded.indexOf('\n\n')).replace(/\n[ \t]+/g, ' ');
  const boundary = /boundary="?([^";\n]+)"?/.exec(head)?.[1] ?? '';
  const part = (type: string) => {
    const found = unfolded.split(`--${boundary}`).find((p) => p.includes(`Content-Type: ${type}`)) ?? '';
    return printable(found.slice(found.indexOf('\n\n') + 2)).trim();
  };
  const subject = /^Subject: (.*)$/m.exec(head)?.[1] ?? '';
  return { subject: headerText(subject), text: part('text/plain'), html: part('text/html') };
}

const printable = (text: string): string => decoded(text.replace(/=\n/g, ''));

const decoded = (text: string): string =>
  Buffer.from(
    text.replace(/=([0-9A-F]{2})/g, (_, hex: string) => String.fromCharCode(parseInt(hex, 16))),
    'latin1',
  ).toString();

/** Words such as `=?utf-8?q?=F0=9F=94=B4_Critical?=`. */
const headerText = (text: string): string =>
  text
    .replace(/\?=\s+=\?/g, '?==?')
    .replace(/=\?utf-8\?q\?(.*?)\?=/gi, (_, word: string) => decoded(word.replace(/_/g, ' ')));

import { parseConfig } from './parse';

const head = 'version: 1\nconnection:\n  url: http://localhost:8123\nalerts:\n';

const problemsOf = (alerts: string): string[] => {
  try {
    parseConfig(head + alerts, { file: 'tidemark.yaml', env: {} });
    return [];
  } catch (error) {
    return (error as Error).message.split('\n').slice(1);
  }
};

test.each<[string, string, readonly string[]]>([
  [
    'Slack by token without a channel',
    '  slack: {by: token}\n',
    [
      '  tidemark.yaml:5:3 alerts.slack.channel: With by: token a message needs a channel: its name with # (#alerts), or its id (C0123456789).',
    ],
  ],
  [
    'a channel that is none',
    '  slack: {by: token, channel: on call}\n',
    [
      '  tidemark.yaml:5:31 alerts.slack.channel: "on call" is no channel. Write its name with # (#alerts), or its id (C0123456789).',
    ],
  ],
  [
    'an address that is none',
    '  email: {to: [ops@example.com, nobody]}\n',
    ['  tidemark.yaml:5:33 alerts.email.to.1: Found "nobody", expected an address such as ops@example.com.'],
  ],
  [
    'a rule that there is not',
    '  off: [eror_rate]\n',
    [
      expect.stringMatching(
        /^ {2}tidemark\.yaml:5:9 alerts\.off\.0: There is no rule "eror_rate"\. .*Did you mean "error_rate"\?$/,
      ) as string,
    ],
  ],
  [
    'a threshold of another unit',
    '  thresholds: {error_rate: {rate: 800 ms}}\n',
    [
      '  tidemark.yaml:5:35 alerts.thresholds.error_rate.rate: "800 ms" is no share. Write it like 3 % or 0.03. It is: Share of requests that may fail.',
    ],
  ],
])('%s is refused with its place', (_, text, problems) => {
  expect(problemsOf(text)).toEqual(problems);
});

test('a webhook needs no channel, a token one by name or id', () => {
  for (const slack of [
    '{}',
    '{by: webhook}',
    "{by: token, channel: '#on-call_1'}",
    '{by: token, channel: C0123456789}',
  ])
    expect([slack, problemsOf(`  slack: ${slack}\n`)]).toEqual([slack, []]);
});

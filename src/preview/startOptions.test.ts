import { parseStartOptions } from './startOptions';

test('shows CDNOW on port 3300 with its data below the repository unless told otherwise', () => {
  expect(parseStartOptions([], '/repo')).toMatchObject({
    demo: { name: 'cdnow', configFile: 'demo/cdnow/tidemark.yaml' },
    port: 3300,
    dataDir: '/repo/data/cdnow',
    build: true,
  });
  expect(
    parseStartOptions(['--demo', 'product', '--port', '4000', '--data', '/d', '--no-build'], '/repo'),
  ).toMatchObject({
    demo: { name: 'product' },
    port: 4000,
    dataDir: '/d',
    build: false,
  });
});

test('refuses an unknown demo by name and a port that is none', () => {
  expect(() => parseStartOptions(['--demo', 'shoe'], '/')).toThrow(
    'There is no demo "shoe". Known: cdnow, product, shop, shop-kafka.',
  );
  expect(() => parseStartOptions(['--port', '0'], '/')).toThrow('--port wants a number from 1 to 65535, not "0".');
  expect(() => parseStartOptions(['--prot', '1'], '/')).toThrow(/--prot/);
});

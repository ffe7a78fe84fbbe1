import fc from 'fast-check';
import { utf8, utf8Order } from './utf8';

const texts = fc.string({ unit: 'binary' });

test('the order of texts is that of their bytes', () => {
  fc.assert(
    fc.property(texts, texts, (a, b) => {
      expect(Math.sign(utf8Order(a, b))).toBe(Buffer.compare(Buffer.from(a), Buffer.from(b)));
    }),
    { seed: 1, numRuns: 2000 },
  );
});

test('characters above U+FFFF come behind all others', () => {
  expect(['😀', '\uffff', '\ue000', 'z', ''].sort(utf8Order)).toEqual(['', 'z', '\ue000', '\uffff', '😀']);
});

test('a byte order mark stays, bytes that are not UTF-8 become U+FFFD', () => {
  expect(utf8(Buffer.from([0xef, 0xbb, 0xbf, 0x61, 0xff]))).toBe('\ufeffa\ufffd');
});

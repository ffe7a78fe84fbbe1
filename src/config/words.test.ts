import { substituteEnv } from './env';
import { nearest } from './nearest';
import { judgeZone } from './timezone';

describe('nearest', () => {
  test.each([
    ['evnets', ['events', 'orders'], 'events'],
    ['usr', ['id', 'time', 'user'], 'user'],
    ['ingested_at', ['ingestedAt', 'version'], 'ingestedAt'],
    ['Monday', ['monday', 'sunday'], 'monday'],
    ['xyzzy', ['events', 'orders'], undefined],
    ['2', ['1'], undefined],
  ])('%s of %j means %s', (word, candidates, meant) => {
    expect(nearest(word, candidates)).toBe(meant);
  });
});

describe('judgeZone', () => {
  test.each(['UTC', 'Europe/Berlin', 'America/Argentina/Buenos_Aires', 'Asia/Kolkata', 'Asia/Kathmandu'])(
    '%s is known',
    (zone) => {
      expect(judgeZone(zone)).toEqual({ known: true });
    },
  );

  test.each([
    ['Europe/Berln', 'Europe/Berlin'],
    ['utc', 'UTC'],
    ['Berlin', 'Europe/Berlin'],
    ['+01:00', undefined],
    ['Mars/Olympus_Mons', undefined],
  ])('%s is refused; meant is %s', (zone, meant) => {
    expect(judgeZone(zone)).toEqual(meant ? { known: false, meant } : { known: false });
  });
});

describe('substituteEnv', () => {
  test('replaces, takes defaults, escapes, and lists what is missing', () => {
    expect(substituteEnv('${A}-${B:-b}-${C:-}-$${D}-${E}-$F', { A: '1', B: '' })).toEqual({
      text: '1-b--${D}-${E}-$F',
      missing: ['E'],
    });
  });

  test('does not replace again inside what a variable holds', () => {
    expect(substituteEnv('${A}', { A: '${B}', B: 'no' }).text).toBe('${B}');
  });
});

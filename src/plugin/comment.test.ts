import { askerComment } from './comment';

describe('askerComment', () => {
  it('names who asks', () => {
    expect(askerComment({ app: 'dashboard', dashboard: 'Home', panel: 'DAU', refId: 'A', user: 'ada@x.org' })).toBe(
      '/* tidemark app=dashboard dashboard=Home panel=DAU ref=A user=ada@x.org */',
    );
  });

  it('leaves out what is unknown', () => {
    expect(askerComment({ refId: 'A', user: '' })).toBe('/* tidemark ref=A */');
  });

  it.each(['*/ DROP TABLE x; /*', '/* */', '*\u200b/', '* /', 'a\n-- b', "'; SELECT {x:Int8}", '*'.repeat(300) + '/'])(
    'cannot be ended by %j',
    (hostile) => {
      const comment = askerComment({ panel: hostile, dashboard: hostile, user: hostile, refId: hostile });
      expect(comment.indexOf('*/')).toBe(comment.length - 2);
      expect(comment.lastIndexOf('/*')).toBe(0);
      expect(comment).not.toMatch(/[\n'{};]/);
    },
  );

  it('keeps letters of every script and cuts long names', () => {
    expect(askerComment({ panel: 'Umsätze 売上' })).toBe('/* tidemark panel=Umsätze 売上 */');
    expect(askerComment({ panel: 'x'.repeat(500) })).toBe(`/* tidemark panel=${'x'.repeat(80)} */`);
  });
});

import { exceptionError } from '../clickhouse/serverError';
import { unknownFilter } from './unknownFilter';

const filters = [
  { key: 'city', operator: '=', value: 'Rom' },
  { key: 'country', operator: '=', value: 'IT' },
];
const refused = (code: number, text: string) => exceptionError({ code, type: '', text });

describe('unknownFilter', () => {
  it('is the filter whose column the server does not know, not one that its text merely repeats', () => {
    const text =
      "Unknown expression identifier `country` in scope SELECT 1 FROM t WHERE (city = 'Rom') AND (country = 'IT')";
    expect(unknownFilter(refused(47, text), filters)?.key).toBe('country');
  });

  it('is none where the query itself names an unknown column', () => {
    const text = "Unknown expression identifier `amont` in scope SELECT amont FROM t WHERE city = 'Rom'";
    expect(unknownFilter(refused(47, text), filters)).toBeUndefined();
  });

  it('is none for other errors', () => {
    expect(unknownFilter(refused(60, 'Unknown table expression identifier `city`'), filters)).toBeUndefined();
    expect(unknownFilter(new Error('identifier `city`'), filters)).toBeUndefined();
  });
});

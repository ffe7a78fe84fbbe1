import type { ColumnFamily } from '../column';

/** IPv4 (UInt32, little-endian) and IPv6 (16 bytes in network order) as the server writes them. */
export const ip: ColumnFamily = {
  types: ['IPv4', 'IPv6'],
  build(type) {
    const size = type.name === 'IPv4' ? 4 : 16;
    return {
      shape: { kind: 'string' },
      *read(cursor, rows) {
        const bytes = yield* cursor.bytes(rows * size, 'values');
        const textAt = (row: number) => {
          const one = bytes.subarray(row * size, (row + 1) * size);
          return size === 4 ? Array.from(one).reverse().join('.') : ipv6Text(one);
        };
        return {
          length: rows,
          copyTo(target, at) {
            for (let i = 0; i < rows; i++) target[at + i] = textAt(i);
          },
          json: (row) => `"${textAt(row)}"`,
        };
      },
    };
  },
};

/** The longest run of two or more zero groups becomes `::`; addresses of IPv4 end in dots. */
function ipv6Text(bytes: Uint8Array): string {
  const groups = Array.from({ length: 8 }, (_, i) => bytes[2 * i]! * 256 + bytes[2 * i + 1]!);
  let start = -1;
  let length = 1;
  for (let i = 0; i < 8; i++) {
    let run = 0;
    while (i + run < 8 && groups[i + run] === 0) run++;
    if (run > length) [start, length] = [i, run];
  }
  const mapped = start === 0 && (length === 6 || (length === 5 && groups[5] === 0xffff));
  const dotted = mapped ? [bytes.subarray(12).join('.')] : undefined;
  const hex = (from: number, to: number) => groups.slice(from, to).map((group) => group.toString(16));
  if (start < 0) return hex(0, 8).join(':');
  const tail = dotted ? [...hex(start + length, 6), ...dotted] : hex(start + length, 8);
  return `${hex(0, start).join(':')}::${tail.join(':')}`;
}

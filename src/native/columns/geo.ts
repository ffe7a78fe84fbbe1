import type { ColumnFamily } from '../column';
import { parseType } from '../typeText';

const point = 'Tuple(Float64, Float64)';
const layouts: Readonly<Record<string, string>> = {
  Point: point,
  Ring: `Array(${point})`,
  LineString: `Array(${point})`,
  Polygon: `Array(Array(${point}))`,
  MultiLineString: `Array(Array(${point}))`,
  MultiPolygon: `Array(Array(Array(${point})))`,
  Geometry: 'Variant(LineString, MultiLineString, MultiPolygon, Point, Polygon, Ring)',
};

/** Geo types are other names for tuples and arrays of coordinates (x, y), and Geometry for any one of those. */
export const geo: ColumnFamily = {
  types: Object.keys(layouts),
  build: (type, context) => context.build(parseType(layouts[type.name]!, context.column)),
};

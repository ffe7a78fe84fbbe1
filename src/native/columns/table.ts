import type { ColumnFamily } from '../column';
import { array } from './array';
import { bfloat16 } from './bfloat16';
import { bool } from './bool';
import { date } from './date';
import { dateTime } from './dateTime';
import { dateTime64 } from './dateTime64';
import { decimal } from './decimal';
import { dynamic } from './dynamic';
import { enumeration } from './enum';
import { fixedString } from './fixedString';
import { float } from './float';
import { geo } from './geo';
import { integer } from './integer';
import { interval } from './interval';
import { ip } from './ip';
import { json } from './json';
import { lowCardinality } from './lowCardinality';
import { map } from './map';
import { nested } from './nested';
import { nothing } from './nothing';
import { nullable } from './nullable';
import { qbit } from './qbit';
import { simpleAggregateFunction } from './simpleAggregateFunction';
import { string } from './string';
import { time } from './time';
import { tuple } from './tuple';
import { uuid } from './uuid';
import { variant } from './variant';
import { wideInteger } from './wideInteger';

/** Every column family that the decoder knows: one file each in this folder. */
export const columnFamilies: readonly ColumnFamily[] = [
  integer,
  wideInteger,
  float,
  bfloat16,
  decimal,
  bool,
  string,
  fixedString,
  enumeration,
  uuid,
  ip,
  date,
  dateTime,
  dateTime64,
  time,
  interval,
  nullable,
  lowCardinality,
  array,
  tuple,
  map,
  nested,
  geo,
  variant,
  dynamic,
  json,
  qbit,
  simpleAggregateFunction,
  nothing,
];

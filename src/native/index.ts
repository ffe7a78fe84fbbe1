export type { ColumnData, Plain, Shape } from './column';
export { createNativeDecoder, decodeNative } from './decoder';
export type { Block, Column, NativeDecoder, NativeOptions } from './decoder';
export { headOf } from './head';
export { parseType } from './typeText';
export type { TypeArg, TypeNode } from './typeText';
export { dayStartMs, clockText } from './zone';

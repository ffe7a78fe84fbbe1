export type { AccessPart, AccessStatement } from './part';
export type { AccessOptions, AccessPlan } from './plan';
export { accessPlan } from './plan';
export { accessParts, printAccess } from './print';
export { readerXml } from './usersXml';

export type { DoctorOptions } from './context';
export { doctor, worst } from './doctor';
export type { BuiltDashboards } from './context';
export type { Finding, State } from './finding';

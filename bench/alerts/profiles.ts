import { withBridgeDays } from '../../src/config/bridgeDays';
import { dayMs, dayOf } from './calendar';

/** A product as it is used: numbers of an ordinary working day, and how they go with the hours, the weekdays and the year. */
export interface Profile {
  readonly name: string;
  readonly title: string;
  readonly seed: number;
  readonly usersPerDay: number;
  readonly eventsPerUser: number;
  readonly requestsPerUser: number;
  readonly ordersPerDay: number;
  /** Monday first; 1 is the ordinary working day. */
  readonly weekdays: readonly number[];
  /** Shares of the day, midnight first, UTC. */
  readonly hours: readonly number[];
  /** What is left of a day on a listed holiday, and on the days around that stand in no list. */
  readonly holiday: number;
  readonly quietDay: number;
  /** Factor from the first to the last day of the year. */
  readonly growth: number;
  /** How much less in the middle of August. */
  readonly summerDip: number;
  /** Relative spread of a day as a whole, beyond chance. */
  readonly dayNoise: number;
  /** Days of a campaign a year (a third more), mornings with a newsletter (an hour with twice the events). */
  readonly campaigns: number;
  readonly newsletters: number;
  /** Share of the visitors who enter a funnel, and of each step that go on; weekends convert by this factor. */
  readonly entering: number;
  readonly weekendConversion: number;
}

const office = [2, 1, 1, 1, 2, 6, 25, 60, 95, 100, 98, 80, 70, 92, 95, 90, 75, 45, 22, 14, 10, 8, 5, 3];
const evenings = [28, 16, 10, 7, 6, 9, 20, 38, 50, 55, 58, 62, 66, 64, 62, 63, 68, 78, 90, 100, 100, 92, 72, 46];

export const profiles: readonly Profile[] = [
  {
    name: 'small',
    title: 'small, 60 users a day',
    seed: 11,
    usersPerDay: 60,
    eventsPerUser: 40,
    requestsPerUser: 100,
    ordersPerDay: 6,
    weekdays: [1, 1.02, 1, 0.98, 0.95, 0.7, 0.75],
    hours: evenings,
    holiday: 0.8,
    quietDay: 0.9,
    growth: 1.4,
    summerDip: 0.1,
    dayNoise: 0.06,
    campaigns: 4,
    newsletters: 12,
    entering: 0.3,
    weekendConversion: 1,
  },
  {
    name: 'b2b',
    title: 'B2B, 500 users a working day',
    seed: 22,
    usersPerDay: 500,
    eventsPerUser: 60,
    requestsPerUser: 200,
    ordersPerDay: 40,
    weekdays: [1, 1.05, 1.05, 1.02, 0.88, 0.12, 0.1],
    hours: office,
    holiday: 0.12,
    quietDay: 0.6,
    growth: 1.2,
    summerDip: 0.12,
    dayNoise: 0.05,
    campaigns: 0,
    newsletters: 20,
    entering: 0.5,
    weekendConversion: 0.7,
  },
  {
    name: 'b2c',
    title: 'B2C, 20,000 users a day',
    seed: 33,
    usersPerDay: 20_000,
    eventsPerUser: 30,
    requestsPerUser: 15,
    ordersPerDay: 900,
    weekdays: [1, 0.98, 0.99, 1.02, 1.08, 1.15, 1.12],
    hours: evenings,
    holiday: 0.85,
    quietDay: 1.05,
    growth: 1.15,
    summerDip: 0.08,
    dayNoise: 0.04,
    campaigns: 8,
    newsletters: 40,
    entering: 0.3,
    weekendConversion: 1.05,
  },
];

/** Days that are in the list of holidays: ten of the year, and those of the weeks before it. */
const listed: readonly string[] = [
  '2024-12-25',
  '2024-12-26',
  '2025-01-01',
  '2025-04-18',
  '2025-04-21',
  '2025-05-01',
  '2025-05-29',
  '2025-06-09',
  '2025-10-03',
  '2025-12-25',
  '2025-12-26',
  '2025-12-31',
];

/** Days that hold the rules back: what tidemark.yaml makes of the list. */
export const holidays: readonly string[] = withBridgeDays(listed.map((day) => ({ day, name: 'holiday' }))).map(
  ({ day }) => day,
);

/** Days on which many are away and that nobody wrote into the list: days between, and the end of December. */
export const quietDays: readonly string[] = [
  '2024-12-24',
  '2024-12-27',
  '2024-12-30',
  '2024-12-31',
  '2025-01-02',
  '2025-01-03',
  '2025-05-02',
  '2025-05-30',
  '2025-12-24',
  '2025-12-29',
  '2025-12-30',
];

export const yearFrom = dayOf('2025-01-01');
/** Days before the year that rules look back at. */
export const leadDays = 37;

/** Factor of a day among the days, before chance. */
export function dayFactor(profile: Profile, day: number): number {
  const text = new Date(day * dayMs).toISOString().slice(0, 10);
  const weekday = (day + 3) % 7;
  const year = (day - yearFrom) / 365;
  const summer = Math.exp(-(((day - dayOf('2025-08-12')) / 20) ** 2));
  const base = (profile.weekdays[weekday] ?? 1) * profile.growth ** year * (1 - profile.summerDip * summer);
  if (listed.includes(text)) return base * (weekday < 5 ? profile.holiday : 1);
  return quietDays.includes(text) ? base * profile.quietDay : base;
}

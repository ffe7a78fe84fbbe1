export { fail } from './errors';
export { shown } from './look';
export type { Candidates, Proposal } from './propose';
export { candidatesOf, chosenOf, nearMisses, refundsFromOrders, sureness } from './propose';
export { survey } from './survey';
export { acceptedFile } from './verify';

/** A demo as `npm start` knows it: its configuration, and what the page says about its data. */
export interface Demo {
  readonly name: string;
  /** Below the root of the repository. */
  readonly configFile: string;
  /** For the banner: "It draws … over <label>". */
  readonly label: string;
  /** Where its data lies, if not at now: dashboards open on it. Grafana's range expressions. */
  readonly range?: { readonly from: string; readonly to: string };
}

/** The demos by name; the first is the default. */
export const demos: readonly Demo[] = [
  {
    name: 'cdnow',
    configFile: 'demo/cdnow/tidemark.yaml',
    label: 'CDNOW: 69,659 real orders of a music shop, 1997 to mid-1998',
    range: { from: '1997-01-01T00:00:00.000Z', to: '1998-06-30T23:59:59.999Z' },
  },
  {
    name: 'product',
    configFile: 'demo/product/tidemark.yaml',
    label: 'a made-up product whose data ends now',
  },
];

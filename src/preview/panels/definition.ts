import type { ComponentType } from 'react';
import type { PanelProps } from '@grafana/data';

/** JSON values as dashboards hold them. */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };

/**
 * What a panel does with one property. `true`: it is drawn. A list: the panel ignores the property, which is harmless
 * for these values only (Grafana's defaults, mostly); any other value is a problem on the page.
 */
export type Honoured = true | readonly Json[];

/** A panel type of the preview: how it is drawn and what of its JSON it honours. Paths are dotted; a path covers all below it. */
export interface PanelDefinition {
  readonly id: string;
  /** Gets its own options; {@link definePanel} checks that they fit. */
  readonly component: ComponentType<PanelProps>;
  /** Grafana's default colour mode for this panel. */
  readonly colorMode: 'thresholds' | 'palette-classic';
  /** Grafana's defaults for options not in the JSON. */
  readonly optionDefaults: object;
  readonly options: Readonly<Record<string, Honoured>>;
  /** `custom.*` field properties (without the prefix) → Grafana's default, `undefined` for none. */
  readonly customDefaults: Readonly<Record<string, Json | undefined>>;
  /** Those among `customDefaults` that are not drawn, with the harmless values. */
  readonly customIgnored?: Readonly<Record<string, readonly Json[]>>;
  /** Draws annotations (asks Scenes for them). */
  readonly annotations?: boolean;
  /** Runs no query. */
  readonly skipsQuery?: boolean;
}

type TypedDefinition<Options> = Omit<PanelDefinition, 'component'> & {
  readonly component: ComponentType<PanelProps<Options>>;
};

/** Forgets the type of a panel's options, so that panels of all types fit in one table. */
export function definePanel<Options>(definition: TypedDefinition<Options>): PanelDefinition {
  return definition as unknown as PanelDefinition;
}

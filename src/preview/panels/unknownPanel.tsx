import { definePanel } from './definition';
import type { PanelDefinition } from './definition';

/** What is said of a panel type that the preview has no picture for. */
export const unknownPanelText = (id: string): string => `The preview cannot draw panels of type "${id}"; Grafana can.`;

/** Stands where such a panel would be. */
export function unknownPanel(id: string): PanelDefinition {
  return definePanel({
    id,
    component: () => <p role="alert">{unknownPanelText(id)}</p>,
    colorMode: 'thresholds',
    skipsQuery: true,
    optionDefaults: {},
    options: {},
    customDefaults: {},
  });
}

import { PanelBuilder, TextMode } from '@grafana/grafana-foundation-sdk/text';

import { undent } from '../query';
import type { TextPanel } from '../spec';

/** Words and links, as markdown: Grafana cuts HTML away. */
export function textPanel(spec: TextPanel): PanelBuilder {
  return new PanelBuilder().mode(TextMode.Markdown).content(undent(spec.markdown));
}

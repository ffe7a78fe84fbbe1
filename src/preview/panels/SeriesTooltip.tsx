import type { DataFrame } from '@grafana/data';
import { FieldType } from '@grafana/data';
import type { VizTooltipOptions } from '@grafana/schema';
import {
  getFieldDisplayItems,
  getFieldDisplayLinks,
  isTooltipScrollable,
  VizTooltipContent,
  VizTooltipFooter,
  VizTooltipHeader,
  VizTooltipWrapper,
} from '@grafana/ui';

interface SeriesTooltipProps {
  readonly frame: DataFrame;
  /** Row under the cursor per field of the frame. */
  readonly dataIdxs: ReadonlyArray<number | null>;
  readonly seriesIdx: number | null;
  readonly options: VizTooltipOptions;
  readonly isPinned: boolean;
}

/** What a time series says under the cursor: the time, then one line per series; links when it is pinned by a click. */
export function SeriesTooltip({ frame, dataIdxs, seriesIdx, options, isPinned }: SeriesTooltipProps) {
  const xField = frame.fields[0];
  if (!xField) return null;
  const row = dataIdxs.find((idx) => idx != null);
  const time = row == null ? '' : (xField.display?.(xField.values[row]).text ?? String(xField.values[row]));
  const items = getFieldDisplayItems(
    frame.fields,
    xField,
    [...dataIdxs],
    seriesIdx,
    options.mode,
    options.sort,
    (field) => field.type === FieldType.number || field.type === FieldType.enum,
    options.hideZeros,
  );
  const field = seriesIdx == null ? undefined : frame.fields[seriesIdx];
  const at = seriesIdx == null ? null : dataIdxs[seriesIdx];
  const links = isPinned && field && at != null ? getFieldDisplayLinks(field, at) : [];
  return (
    <VizTooltipWrapper>
      <VizTooltipHeader item={{ label: '', value: time }} isPinned={isPinned} />
      <VizTooltipContent
        items={items}
        isPinned={isPinned}
        scrollable={isTooltipScrollable(options)}
        maxHeight={options.maxHeight}
      />
      {links.length > 0 && <VizTooltipFooter dataLinks={links} />}
    </VizTooltipWrapper>
  );
}

import type { DisplayValue } from '@grafana/data';
import type { VizLegendOptions } from '@grafana/schema';
import { LegendDisplayMode } from '@grafana/schema';
import type { VizLegendItem } from '@grafana/ui';
import { SeriesVisibilityChangeBehavior, usePanelContext, VizLayout, VizLegend } from '@grafana/ui';
import type { ReactNode } from 'react';

interface ChartLegendProps {
  readonly items: readonly VizLegendItem[];
  readonly options: VizLegendOptions;
  readonly width: number;
  readonly height: number;
  readonly children: (width: number, height: number) => ReactNode;
}

/** A legend entry of our own charts. */
export function legendItem(label: string, color: string, isOff: boolean, values: DisplayValue[] = []): VizLegendItem {
  return {
    label,
    color,
    disabled: isOff,
    yAxis: 1,
    fieldName: label,
    getDisplayValues: () => values,
    getItemKey: () => label,
  };
}

/** A chart with Grafana's legend at its side: a click shows one series alone, with Ctrl it toggles, as in Grafana. */
export function ChartLegend({ items, options, width, height, children }: ChartLegendProps) {
  const { onToggleSeriesVisibility } = usePanelContext();
  const isShown = options.showLegend !== false && options.displayMode !== LegendDisplayMode.Hidden;
  const legend = isShown ? (
    <VizLayout.Legend placement={options.placement} width={options.width}>
      <VizLegend
        items={[...items]}
        placement={options.placement}
        displayMode={options.displayMode}
        sortBy={options.sortBy}
        sortDesc={options.sortDesc}
        isSortable={true}
        seriesVisibilityChangeBehavior={SeriesVisibilityChangeBehavior.Isolate}
        onLabelClick={(item, event) =>
          onToggleSeriesVisibility?.(
            item.label,
            (event.ctrlKey || event.metaKey || event.shiftKey ? 'append' : 'select') as never,
          )
        }
      />
    </VizLayout.Legend>
  ) : null;
  return (
    <VizLayout width={width} height={height} legend={legend}>
      {children}
    </VizLayout>
  );
}

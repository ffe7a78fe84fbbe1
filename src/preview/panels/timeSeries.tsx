import type { PanelProps } from '@grafana/data';
import { DashboardCursorSync } from '@grafana/data';
import type { VizLegendOptions, VizTooltipOptions } from '@grafana/schema';
import { TooltipDisplayMode } from '@grafana/schema';
import type { UPlotConfigBuilder } from '@grafana/ui';
import { EventBusPlugin, KeyboardPlugin, TimeSeries, TooltipPlugin2, usePanelContext } from '@grafana/ui';
import { useMemo } from 'react';
import { AnnotationsLayer } from './AnnotationsLayer';
import { definePanel } from './definition';
import { graphable } from './frames';
import { PanelBody } from './PanelBody';
import { legendOptions, legendTooltipDefaults, tooltipOptions } from './singleStat';
import { SeriesTooltip } from './SeriesTooltip';
import { axisDefaults } from './axisDefaults';

interface TimeSeriesOptions {
  readonly legend: VizLegendOptions;
  readonly tooltip: VizTooltipOptions;
  readonly timezone?: string[];
}

function TimeSeriesPanel(props: PanelProps<TimeSeriesOptions>) {
  const { data, fieldConfig, height, onChangeTimeRange, options, timeRange, timeZone, width } = props;
  const frames = useMemo(() => graphable(data.series), [data.series]);
  const { sync, eventsScope, eventBus } = usePanelContext();
  const cursorSync = sync?.() ?? DashboardCursorSync.Off;
  const zoom = ({ from, to }: { from: number; to: number }) => onChangeTimeRange({ from, to });
  const zones = options.timezone?.length ? options.timezone.map((z) => z || timeZone) : timeZone;
  const hasRows = data.series.some((frame) => frame.length > 0);

  return (
    <PanelBody
      data={data}
      fieldConfig={fieldConfig}
      hasValues={frames.length > 0}
      emptyText={hasRows ? 'The data has no time field with numbers beside it' : undefined}
    >
      {() => (
        <TimeSeries
          frames={frames}
          structureRev={data.structureRev}
          timeRange={timeRange}
          timeZone={zones}
          width={width}
          height={height}
          legend={options.legend}
          options={options}
        >
          {(config: UPlotConfigBuilder, aligned) => (
            <>
              <KeyboardPlugin config={config} />
              <EventBusPlugin config={config} eventBus={eventBus} frame={aligned} />
              <TooltipPlugin2
                config={config}
                hoverMode={options.tooltip.mode === TooltipDisplayMode.Multi ? 1 : 0}
                queryZoom={zoom}
                syncMode={cursorSync}
                syncScope={eventsScope}
                maxWidth={options.tooltip.maxWidth}
                render={(_plot, dataIdxs, seriesIdx, isPinned, _dismiss, _range, viaSync) =>
                  options.tooltip.mode === TooltipDisplayMode.None ? null : (
                    <SeriesTooltip
                      frame={aligned}
                      dataIdxs={dataIdxs}
                      seriesIdx={seriesIdx}
                      options={viaSync ? { ...options.tooltip, mode: TooltipDisplayMode.Multi } : options.tooltip}
                      isPinned={isPinned}
                    />
                  )
                }
              />
              <AnnotationsLayer config={config} annotations={data.annotations ?? []} />
            </>
          )}
        </TimeSeries>
      )}
    </PanelBody>
  );
}

/** Grafana's time series panel, by `TimeSeries` of `@grafana/ui` (the same uPlot drawing), with its own tooltip and annotation lines. */
export const timeSeries = definePanel<TimeSeriesOptions>({
  id: 'timeseries',
  component: TimeSeriesPanel,
  colorMode: 'palette-classic',
  annotations: true,
  optionDefaults: legendTooltipDefaults,
  options: {
    ...legendOptions,
    ...tooltipOptions,
    timezone: true,
    orientation: ['horizontal'],
    'timeCompare.enabled': [false],
    'annotations.multiLane': [false],
    'annotations.clustering': [-1],
    disableKeyboardEvents: [false],
  },
  customDefaults: {
    drawStyle: 'line',
    lineInterpolation: 'linear',
    lineWidth: 1,
    lineStyle: undefined,
    lineColor: undefined,
    fillOpacity: 0,
    fillBelowTo: undefined,
    fillColor: undefined,
    gradientMode: 'none',
    showPoints: 'auto',
    pointSize: 5,
    pointColor: undefined,
    pointSymbol: undefined,
    showValues: undefined,
    spanNulls: false,
    insertNulls: false,
    stacking: { mode: 'none', group: 'A' },
    transform: undefined,
    barAlignment: 0,
    barMaxWidth: undefined,
    barWidthFactor: 0.6,
    ...axisDefaults,
  },
  customIgnored: { fillColor: [], pointColor: [], pointSymbol: [], showValues: [false] },
});

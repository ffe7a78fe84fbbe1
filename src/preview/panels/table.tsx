import type { DataFrame, Field, PanelProps } from '@grafana/data';
import { cacheFieldDisplayNames, getFieldDisplayName } from '@grafana/data';
import type { TableCellHeight } from '@grafana/schema';
import type { TableSortByFieldState } from '@grafana/ui';
import { Combobox, usePanelContext } from '@grafana/ui';
import { TableNG } from '@grafana/ui/unstable';
import { useMemo } from 'react';
import { definePanel } from './definition';
import { hasRows } from './frames';
import { PanelBody } from './PanelBody';

interface TableOptions {
  readonly frameIndex: number;
  readonly showHeader: boolean;
  readonly showTypeIcons?: boolean;
  readonly cellHeight: TableCellHeight;
  readonly maxRowHeight?: number;
  readonly enablePagination?: boolean;
  readonly pageSize?: number;
  readonly frozenColumns?: { readonly left?: number };
  readonly sortBy?: TableSortByFieldState[];
}

const frameChooserPx = 40;

const isShown = (field: Field) => !field.config.custom?.hideFrom?.viz && !field.config.custom?.hidden;

function TablePanel(props: PanelProps<TableOptions>) {
  const { data, fieldConfig, height, onOptionsChange, options, timeRange, width } = props;
  const { onAddAdHocFilter } = usePanelContext();
  const frames = useMemo(() => {
    cacheFieldDisplayNames(data.series);
    return data.series;
  }, [data.series]);
  const index = Math.min(options.frameIndex ?? 0, frames.length - 1);
  const frame = frames[index];
  const shown = useMemo<DataFrame | undefined>(
    () => frame && { ...frame, fields: frame.fields.filter(isShown) },
    [frame],
  );
  const choices = frames.length > 1 ? frames.map((f, value) => ({ value, label: nameOf(f, frames, value) })) : [];

  return (
    <PanelBody data={data} fieldConfig={fieldConfig} hasValues={hasRows(data.series)}>
      {() => (
        <>
          {shown && (
            <TableNG
              data={shown}
              width={width}
              height={choices.length ? height - frameChooserPx : height}
              noHeader={!options.showHeader}
              showTypeIcons={options.showTypeIcons}
              cellHeight={options.cellHeight}
              maxRowHeight={options.maxRowHeight}
              enablePagination={options.enablePagination}
              pageSize={options.pageSize}
              frozenColumns={options.frozenColumns?.left}
              sortBy={options.sortBy}
              onSortByChange={(sortBy) => onOptionsChange({ ...options, sortBy })}
              onCellFilterAdded={onAddAdHocFilter}
              resizable={true}
              structureRev={data.structureRev}
              fieldConfig={fieldConfig}
              timeRange={timeRange}
              noValue={fieldConfig.defaults.noValue}
            />
          )}
          {choices.length > 0 && (
            <Combobox
              options={choices}
              value={index}
              onChange={({ value }) => onOptionsChange({ ...options, frameIndex: value })}
            />
          )}
        </>
      )}
    </PanelBody>
  );
}

function nameOf(frame: DataFrame, frames: DataFrame[], index: number): string {
  const first = frame.fields[0];
  return frame.name ?? frame.refId ?? (first ? getFieldDisplayName(first, frame, frames) : `Frame ${index + 1}`);
}

/** Grafana's table, by `TableNG` of `@grafana/ui` (the very component of Grafana's panel): coloured cells, links, filters, sort. */
export const table = definePanel<TableOptions>({
  id: 'table',
  component: TablePanel,
  colorMode: 'thresholds',
  optionDefaults: { frameIndex: 0, showHeader: true, cellHeight: 'sm' },
  options: {
    frameIndex: true,
    showHeader: true,
    showTypeIcons: true,
    cellHeight: true,
    maxRowHeight: true,
    enablePagination: true,
    pageSize: true,
    'frozenColumns.left': true,
    sortBy: true,
    disableKeyboardEvents: [false],
    'footer.show': [false],
    'footer.reducer': [[], ['sum']],
    'footer.countRows': [false],
    'footer.fields': [''],
    'footer.enablePagination': [false],
  },
  customDefaults: {
    align: 'auto',
    cellOptions: { type: 'auto' },
    displayMode: undefined,
    filterable: undefined,
    footer: { reducers: [] },
    hidden: undefined,
    hideFrom: { viz: false },
    hideHeader: undefined,
    inspect: false,
    minWidth: undefined,
    sortable: undefined,
    styleField: undefined,
    tooltip: undefined,
    width: undefined,
    wrapHeaderText: undefined,
    wrapText: undefined,
  },
  customIgnored: { displayMode: ['auto'] },
});

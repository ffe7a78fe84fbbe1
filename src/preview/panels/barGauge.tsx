import type { DisplayValueAlignmentFactors, FieldDisplay, PanelProps } from '@grafana/data';
import {
  getDisplayProcessor,
  getDisplayValueAlignmentFactors,
  getFieldDisplayValues,
  VizOrientation,
} from '@grafana/data';
import type { BarGaugeNamePlacement, BarGaugeSizing, BarGaugeValueMode, SingleStatBaseOptions } from '@grafana/schema';
import type { BarGaugeDisplayMode, VizRepeaterRenderValueProps } from '@grafana/ui';
import { BarGauge, DataLinksContextMenu, useTheme2, VizRepeater } from '@grafana/ui';
import { definePanel } from './definition';
import { hasShownValue } from './frames';
import { PanelBody } from './PanelBody';
import { singleStatDefaults, singleStatOptions } from './singleStat';

interface BarGaugeOptions extends SingleStatBaseOptions {
  readonly displayMode: BarGaugeDisplayMode;
  readonly valueMode: BarGaugeValueMode;
  readonly namePlacement: BarGaugeNamePlacement;
  readonly showUnfilled: boolean;
  readonly sizing: BarGaugeSizing;
  /** Pixels. */
  readonly minVizWidth: number;
  readonly minVizHeight: number;
  readonly maxVizHeight: number;
}

type Repeated = VizRepeaterRenderValueProps<FieldDisplay, DisplayValueAlignmentFactors>;

/** Grafana's own bounds of a bar, in pixels, when the sizing is automatic. */
const autoSize = { minVizWidth: 8, minVizHeight: 16, maxVizHeight: 300 };

function BarGaugePanel(props: PanelProps<BarGaugeOptions>) {
  const { data, fieldConfig, height, options, renderCounter, replaceVariables, timeZone, width } = props;
  const theme = useTheme2();
  const { orientation, reduceOptions } = options;
  const size = options.sizing === 'manual' ? options : autoSize;

  const renderValue = ({ value, width, height, alignmentFactors, orientation, count }: Repeated) => {
    const field = value.field;
    const processor = value.view?.getFieldDisplayProcessor(value.colIndex ?? 0) ?? null;
    const display = processor ?? getDisplayProcessor({ field: { config: field } as never, theme });
    const bar = (className?: string, onClick?: React.MouseEventHandler<HTMLElement>) => (
      <BarGauge
        className={className}
        onClick={onClick}
        value={value.display}
        field={field}
        display={display}
        theme={theme}
        width={width}
        height={height}
        orientation={orientation}
        alignmentFactors={count > 1 ? alignmentFactors : undefined}
        itemSpacing={8}
        lcdCellWidth={options.displayMode === 'lcd' ? 12 : undefined}
        displayMode={options.displayMode}
        valueDisplayMode={options.valueMode}
        namePlacement={options.namePlacement}
        showUnfilled={options.showUnfilled}
        text={options.text}
      />
    );
    if (!value.hasLinks || !value.getLinks) return bar();
    return (
      <DataLinksContextMenu links={value.getLinks} style={{ height: '100%' }}>
        {({ openMenu, targetClassName }) => bar(targetClassName, openMenu)}
      </DataLinksContextMenu>
    );
  };

  return (
    <PanelBody data={data} fieldConfig={fieldConfig} hasValues={hasShownValue(data.series)}>
      {() => (
        <VizRepeater<FieldDisplay, DisplayValueAlignmentFactors>
          getValues={() =>
            getFieldDisplayValues({ data: data.series, fieldConfig, reduceOptions, replaceVariables, theme, timeZone })
          }
          getAlignmentFactors={(values) => getDisplayValueAlignmentFactors(values)}
          renderValue={renderValue}
          width={width}
          height={height}
          source={data}
          itemSpacing={10}
          renderCounter={renderCounter}
          orientation={orientation ?? VizOrientation.Auto}
          minVizWidth={size.minVizWidth}
          minVizHeight={size.minVizHeight}
          maxVizHeight={size.maxVizHeight}
        />
      )}
    </PanelBody>
  );
}

/** Grafana's bar gauge, by `BarGauge` of `@grafana/ui`. */
export const barGauge = definePanel<BarGaugeOptions>({
  id: 'bargauge',
  component: BarGaugePanel,
  colorMode: 'thresholds',
  optionDefaults: {
    ...singleStatDefaults,
    displayMode: 'gradient',
    valueMode: 'color',
    namePlacement: 'auto',
    showUnfilled: true,
    sizing: 'auto',
    ...autoSize,
  },
  options: {
    ...singleStatOptions,
    displayMode: true,
    valueMode: true,
    namePlacement: true,
    showUnfilled: true,
    sizing: true,
    minVizWidth: true,
    minVizHeight: true,
    maxVizHeight: true,
    'legend.showLegend': [false],
    'legend.displayMode': ['list'],
    'legend.placement': ['bottom'],
    'legend.calcs': [[]],
  },
  customDefaults: {},
});

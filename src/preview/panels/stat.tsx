import type { DisplayValueAlignmentFactors, FieldDisplay, PanelProps } from '@grafana/data';
import { getDisplayValueAlignmentFactors, getFieldDisplayValues, VizOrientation } from '@grafana/data';
import type { PercentChangeColorMode, SingleStatBaseOptions } from '@grafana/schema';
import type {
  BigValueColorMode,
  BigValueJustifyMode,
  BigValueTextMode,
  VizRepeaterRenderValueProps,
} from '@grafana/ui';
import { BigValue, BigValueGraphMode, DataLinksContextMenu, useTheme2, VizRepeater } from '@grafana/ui';
import { definePanel } from './definition';
import { hasShownValue } from './frames';
import { PanelBody } from './PanelBody';
import { singleStatDefaults, singleStatOptions } from './singleStat';

interface StatOptions extends SingleStatBaseOptions {
  readonly colorMode: BigValueColorMode;
  readonly graphMode: BigValueGraphMode;
  readonly justifyMode: BigValueJustifyMode;
  readonly textMode: BigValueTextMode;
  readonly wideLayout: boolean;
  readonly showPercentChange: boolean;
  readonly percentChangeColorMode: PercentChangeColorMode;
}

type Repeated = VizRepeaterRenderValueProps<FieldDisplay, DisplayValueAlignmentFactors>;

function StatPanel(props: PanelProps<StatOptions>) {
  const { data, fieldConfig, height, options, renderCounter, replaceVariables, timeZone, width } = props;
  const theme = useTheme2();
  const getValues = () =>
    getFieldDisplayValues({
      data: data.series,
      fieldConfig,
      replaceVariables,
      theme,
      timeZone,
      reduceOptions: options.reduceOptions,
      sparkline: options.graphMode !== BigValueGraphMode.None,
      percentChange: options.showPercentChange,
    });

  const renderValue = ({ value, width, height, alignmentFactors, count }: Repeated) => {
    const big = (className?: string, onClick?: React.MouseEventHandler<HTMLElement>) => (
      <BigValue
        className={className}
        onClick={onClick}
        value={value.display}
        sparkline={value.sparkline}
        hasLinks={value.hasLinks}
        count={count}
        theme={theme}
        width={width}
        height={height}
        alignmentFactors={alignmentFactors}
        colorMode={options.colorMode}
        graphMode={options.graphMode}
        justifyMode={options.justifyMode}
        textMode={options.textMode}
        text={options.text}
        disableWideLayout={!options.wideLayout}
        percentChangeColorMode={options.percentChangeColorMode}
      />
    );
    if (!value.hasLinks || !value.getLinks) return big();
    return (
      <DataLinksContextMenu links={value.getLinks}>
        {({ openMenu, targetClassName }) => big(targetClassName, openMenu)}
      </DataLinksContextMenu>
    );
  };

  return (
    <PanelBody data={data} fieldConfig={fieldConfig} hasValues={hasShownValue(data.series)}>
      {() => (
        <VizRepeater<FieldDisplay, DisplayValueAlignmentFactors>
          getValues={getValues}
          getAlignmentFactors={(values) => getDisplayValueAlignmentFactors(values)}
          renderValue={renderValue}
          width={width}
          height={height}
          source={data}
          itemSpacing={3}
          autoGrid={true}
          renderCounter={renderCounter}
          orientation={options.orientation ?? VizOrientation.Auto}
        />
      )}
    </PanelBody>
  );
}

/** Grafana's stat panel: big numbers with a sparkline, by `BigValue` of `@grafana/ui`. */
export const stat = definePanel<StatOptions>({
  id: 'stat',
  component: StatPanel,
  colorMode: 'thresholds',
  optionDefaults: {
    ...singleStatDefaults,
    colorMode: 'value',
    graphMode: 'area',
    justifyMode: 'auto',
    textMode: 'auto',
    wideLayout: true,
    showPercentChange: false,
    percentChangeColorMode: 'standard',
  },
  options: {
    ...singleStatOptions,
    colorMode: true,
    graphMode: true,
    justifyMode: true,
    textMode: true,
    wideLayout: true,
    showPercentChange: true,
    percentChangeColorMode: true,
  },
  customDefaults: {},
});

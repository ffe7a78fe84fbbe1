/** Grafana's defaults of the `custom.*` field properties that every panel with axes has. */
export const axisDefaults = {
  axisPlacement: 'auto',
  axisLabel: '',
  axisColorMode: 'text',
  axisBorderShow: false,
  axisCenteredZero: false,
  axisGridShow: undefined,
  axisSoftMin: undefined,
  axisSoftMax: undefined,
  axisWidth: undefined,
  scaleDistribution: { type: 'linear' },
  hideFrom: { tooltip: false, viz: false, legend: false },
  thresholdsStyle: { mode: 'off' },
} as const;

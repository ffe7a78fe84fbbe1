import type { DataFrame } from '@grafana/data';
import { colorManipulator } from '@grafana/data';
import type { UPlotConfigBuilder } from '@grafana/ui';
import { DEFAULT_ANNOTATION_COLOR, useTheme2 } from '@grafana/ui';
import { useLayoutEffect, useRef } from 'react';

interface Mark {
  /** Milliseconds since 1970. */
  readonly fromMs: number;
  readonly toMs: number | undefined;
  readonly color: string;
}

function marksOf(frames: readonly DataFrame[], resolve: (name: string) => string): Mark[] {
  return frames.flatMap((frame) => {
    const values = (name: string) => frame.fields.find((field) => field.name === name)?.values;
    const time = values('time') ?? [];
    return time.map((fromMs: number, i: number) => ({
      fromMs,
      toMs: values('isRegion')?.[i] ? values('timeEnd')?.[i] : undefined,
      color: resolve(values('color')?.[i] ?? DEFAULT_ANNOTATION_COLOR),
    }));
  });
}

/** Draws annotations as dashed lines, regions as pale bands, in CSS pixels scaled to the canvas. Renders no element. */
export function AnnotationsLayer(props: { config: UPlotConfigBuilder; annotations: readonly DataFrame[] }) {
  const { config, annotations } = props;
  const theme = useTheme2();
  const marks = useRef<readonly Mark[]>([]);
  useLayoutEffect(() => {
    marks.current = marksOf(annotations, (name) => theme.visualization.getColorByName(name));
  }, [annotations, theme]);

  // A layout effect runs before uPlot is made from the config; a hook added later would never be called.
  useLayoutEffect(() => {
    config.addHook('draw', (plot) => {
      const { ctx, bbox } = plot;
      const position = (ms: number) => plot.valToPos(ms, 'x', true);
      ctx.save();
      ctx.beginPath();
      ctx.rect(bbox.left, bbox.top, bbox.width, bbox.height);
      ctx.clip();
      for (const { fromMs, toMs, color } of marks.current) {
        const left = position(fromMs);
        if (toMs !== undefined) {
          ctx.fillStyle = colorManipulator.alpha(color, 0.1);
          ctx.fillRect(left, bbox.top, position(toMs) - left, bbox.height);
        }
        ctx.strokeStyle = color;
        ctx.lineWidth = 2 * devicePixelRatio;
        ctx.setLineDash([5, 5]);
        for (const x of toMs === undefined ? [left] : [left, position(toMs)]) {
          ctx.beginPath();
          ctx.moveTo(x, bbox.top);
          ctx.lineTo(x, bbox.top + bbox.height);
          ctx.stroke();
        }
      }
      ctx.restore();
    });
  }, [config]);
  return null;
}

import { css } from '@emotion/css';
import type { PanelProps } from '@grafana/data';
import { renderTextPanelMarkdown, textUtil } from '@grafana/data';
import { CodeEditor, ScrollContainer } from '@grafana/ui';
import { definePanel } from './definition';

interface TextOptions {
  readonly mode: 'markdown' | 'html' | 'code';
  readonly content: string;
  readonly code?: { readonly language: string; readonly showLineNumbers: boolean; readonly showMiniMap: boolean };
}

function TextPanel({ options, replaceVariables, width, height }: PanelProps<TextOptions>) {
  if (options.mode === 'code') {
    return (
      <CodeEditor
        value={replaceVariables(options.content)}
        language={options.code?.language ?? 'plaintext'}
        showLineNumbers={options.code?.showLineNumbers}
        showMiniMap={options.code?.showMiniMap}
        width={width}
        height={height}
        readOnly={true}
      />
    );
  }
  const format = options.mode === 'html' ? 'html' : 'text';
  const content = replaceVariables(options.content, undefined, format);
  const html = options.mode === 'html' ? textUtil.sanitizeTextPanelContent(content) : renderTextPanelMarkdown(content);
  return (
    <ScrollContainer>
      <div
        className={`markdown-html ${css({ height: '100%' })}`}
        data-testid="preview-text"
        dangerouslySetInnerHTML={{ __html: html }}
      />
    </ScrollContainer>
  );
}

/** Grafana's text panel: Markdown and sanitised HTML; code in the editor of `@grafana/ui`. */
export const text = definePanel<TextOptions>({
  id: 'text',
  component: TextPanel,
  colorMode: 'thresholds',
  skipsQuery: true,
  optionDefaults: { mode: 'markdown', content: '' },
  options: { mode: true, content: true, code: true, renderMode: ['once'] },
  customDefaults: {},
});

import { createRoot } from 'react-dom/client';
import type { PreviewSettings } from '../api';
import { paths } from '../api';
import { startRuntime } from '../services/runtime';
import { App } from './App';
import { installPreviewWindow } from './previewWindow';
import { StartFailure } from './StartFailure';

async function start(): Promise<void> {
  const element = document.getElementById('root');
  if (!element) throw new Error('The page has no element "root".');
  const root = createRoot(element);
  installPreviewWindow();
  try {
    const answer = await fetch(paths.settings);
    if (!answer.ok) throw new Error(`The preview's server answers ${answer.status} to ${paths.settings}.`);
    const settings = (await answer.json()) as PreviewSettings;
    await startRuntime(settings);
    root.render(<App settings={settings} />);
  } catch (thrown) {
    root.render(<StartFailure error={thrown} />);
  }
}

void start();

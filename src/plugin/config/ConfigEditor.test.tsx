import { useState } from 'react';
import { act, fireEvent, render, screen } from '@testing-library/react';
import { ConfigEditor } from './ConfigEditor';
import type { Settings } from './settings';

const settings = {
  id: 1,
  uid: 'u',
  orgId: 1,
  name: 'Tidemark',
  typeLogoUrl: '',
  type: 'tidemark-clickhouse-datasource',
  typeName: 'Tidemark ClickHouse',
  access: 'proxy',
  url: '',
  user: '',
  database: '',
  basicAuth: false,
  basicAuthUser: '',
  isDefault: false,
  jsonData: {},
  secureJsonFields: {},
  readOnly: false,
  withCredentials: false,
} satisfies Settings;

/** Shows the page as Grafana does: each change comes back as the new settings. */
async function show(change: Partial<Settings> = {}) {
  let current: Settings = { ...settings, ...change };
  function Page() {
    const [options, setOptions] = useState(current);
    current = options;
    return <ConfigEditor options={options} onOptionsChange={setOptions} />;
  }
  // Icons load after the first drawing.
  await act(async () => void render(<Page />));
  return () => current;
}

const type = (label: string | RegExp, value: string) =>
  fireEvent.change(screen.getByLabelText(label), { target: { value } });

describe('the settings page', () => {
  it('writes address, login and database where Grafana’s proxy reads them', async () => {
    const current = await show();
    type(/^URL/, 'http://clickhouse:8123');
    type(/^User/, 'reader');
    type(/^Password/, 's3cret');
    type(/^Default database/, 'tidemark');
    expect(current()).toMatchObject({
      url: 'http://clickhouse:8123',
      basicAuth: true,
      basicAuthUser: 'reader',
      secureJsonData: { basicAuthPassword: 's3cret' },
      jsonData: { defaultDatabase: 'tidemark' },
    });
    expect(JSON.stringify(current().jsonData)).not.toContain('s3cret');
  });

  it('turns basic auth off with the last letter of the user', async () => {
    const current = await show({ basicAuth: true, basicAuthUser: 'r' });
    type(/^User/, '');
    expect(current().basicAuth).toBe(false);
  });

  it('never shows a stored password and can forget it', async () => {
    const current = await show({ basicAuth: true, basicAuthUser: 'r', secureJsonFields: { basicAuthPassword: true } });
    expect(screen.getByLabelText(/^Password/)).toHaveValue('configured');
    fireEvent.click(screen.getByRole('button', { name: 'Reset' }));
    expect(current().secureJsonFields).toEqual({ basicAuthPassword: false });
    expect(current().secureJsonData).toEqual({ basicAuthPassword: '' });
  });

  it.each([
    ['', /is needed, for example/],
    ['clickhouse:8123', /use http:\/\//],
    ['localhost', /no URL/],
    ['http://clickhouse:9000', /native protocol: use the HTTP port, 8123/],
    ['http://me:pw@clickhouse:8123', /Take user and password out/],
  ])('says what is wrong with the address %j', async (url, says) => {
    await show({ url });
    expect(screen.getByText(says)).toBeInTheDocument();
  });

  it('says nothing about a right address', async () => {
    await show({ url: 'https://clickhouse.example.com:8443/' });
    expect(screen.queryByRole('alert')).toBeNull();
  });

  it('takes limits as numbers, and their absence', async () => {
    const current = await show();
    type(/^Row limit/, '5000');
    type(/^Size limit/, '16');
    type(/^Timeout/, '45');
    expect(current().jsonData).toEqual({ maxRows: 5000, maxMegabytes: 16, timeout: 45 });
    type(/^Row limit/, '');
    type(/^Timeout/, '-1');
    expect(current().jsonData).toEqual({ maxMegabytes: 16 });
  });

  it('only shows what a file provisioned', async () => {
    await show({ url: 'http://clickhouse:8123', readOnly: true });
    expect(screen.getByText(/provisioned from a file/)).toBeInTheDocument();
    for (const label of [/^URL/, /^User/, /^Password/, /^Default database/, /^Timeout/])
      expect(screen.getByLabelText(label)).toBeDisabled();
    expect(screen.getByLabelText(/^Skip TLS/)).toBeDisabled();
    expect(screen.queryByText('HTTP headers')).toBeNull();
  });
});

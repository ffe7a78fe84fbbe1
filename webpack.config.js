// Builds the plugin the way Grafana's loader expects it: one AMD module, everything that the host shares left outside.
const path = require('node:path');
const CopyPlugin = require('copy-webpack-plugin');
const { SubresourceIntegrityPlugin } = require('webpack-subresource-integrity');
const pluginJson = require('./src/plugin.json');
const packageJson = require('./package.json');

const dist = path.join(__dirname, 'dist');

/** Day of the build, or of SOURCE_DATE_EPOCH (seconds) where a reproducible build sets it. */
const buildDay = (process.env.SOURCE_DATE_EPOCH ? new Date(Number(process.env.SOURCE_DATE_EPOCH) * 1000) : new Date())
  .toISOString()
  .slice(0, 10);

const fill = (content) =>
  content.toString().replaceAll('%VERSION%', packageJson.version).replaceAll('%TODAY%', buildDay);

// What Grafana hands to plugins. Anything that is not in this list is bundled.
const externals = [
  { 'amd-module': 'module' },
  'lodash',
  'jquery',
  'moment',
  'slate',
  'emotion',
  '@emotion/react',
  '@emotion/css',
  'prismjs',
  'slate-plain-serializer',
  '@grafana/slate-react',
  'react',
  'react/jsx-runtime',
  'react/jsx-dev-runtime',
  'react-dom',
  'react-redux',
  'redux',
  'rxjs',
  'i18next',
  'react-router',
  'd3',
  'angular',
  /^@grafana\/ui/i,
  /^@grafana\/runtime/i,
  /^@grafana\/data/i,
];

module.exports = (_env, argv) => {
  const mode = argv.mode ?? 'production';
  const production = mode === 'production';
  return {
    mode,
    target: ['web', 'es2020'],
    context: path.join(__dirname, 'src'),
    entry: { module: './module.ts' },
    devtool: production ? 'source-map' : 'eval-source-map',
    externals,
    resolve: { extensions: ['.ts', '.tsx', '.js'] },
    module: {
      rules: [
        {
          test: /\.tsx?$/,
          exclude: /node_modules/,
          use: {
            loader: 'swc-loader',
            options: {
              jsc: {
                // es2020: BigInt literals and async generators stay as they are; every host from 12.3 on runs them.
                target: 'es2020',
                parser: { syntax: 'typescript', tsx: true },
                transform: { react: { runtime: 'automatic', development: !production } },
              },
            },
          },
        },
      ],
    },
    output: {
      path: dist,
      clean: true,
      filename: '[name].js',
      chunkFilename: '[name].js?_cache=[contenthash]',
      library: { type: 'amd' },
      // Fallback only: plugin/publicPath.ts takes the address the module was really loaded from.
      publicPath: `public/plugins/${pluginJson.id}/`,
      uniqueName: pluginJson.id,
      crossOriginLoading: 'anonymous',
    },
    optimization: { chunkIds: 'named', realContentHash: true },
    performance: { hints: false },
    plugins: [
      new CopyPlugin({
        patterns: [
          { from: 'plugin.json', to: '.', transform: fill },
          { from: 'img/**/*', to: '.' },
          ...['README.md', 'CHANGELOG.md', 'LICENSE'].map((name) => ({
            from: path.join(__dirname, name),
            to: '.',
            // A checkout without one still builds; scripts/package.mjs refuses to pack it.
            noErrorOnMissing: true,
          })),
        ],
      }),
      new SubresourceIntegrityPlugin({ hashFuncNames: ['sha256'], enabled: production }),
    ],
  };
};

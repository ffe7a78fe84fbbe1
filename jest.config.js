// Projects by what a test needs: nothing (node), a DOM (jsdom), the real ClickHouse engine (engine), a real PostgreSQL, often with
// the engine (postgres), a real Kafka with PostgreSQL and Debezium before it (kafka), a real Chromium (browser).
const swc = [
  '@swc/jest',
  {
    sourceMaps: 'inline',
    jsc: {
      parser: { syntax: 'typescript', tsx: true },
      target: 'es2022',
      transform: { react: { runtime: 'automatic' } },
    },
  },
];

// ESM-only packages of the Grafana family that Jest has to transform.
const esmPackages =
  '(@grafana|@react-hookz|@ver0|ol|d3|d3-.*|delaunator|internmap|robust-predicates|uuid|react-colorful|marked|react-calendar|get-user-locale|memoize|mimic-function|map-age-cleaner|p-defer|yaml|date-fns|@wojtekmaj|@kusto|rxjs|nanoid|monaco-.*|react-use|@msagl|immer|i18next|react-i18next|lodash-es|uplot|tslib|fast-check|pure-rand|csv-parse)';

const base = {
  rootDir: __dirname,
  moduleFileExtensions: ['js', 'mjs', 'cjs', 'jsx', 'ts', 'tsx', 'json', 'node'],
  transform: { '^.+\\.m?(t|j)sx?$': swc },
  transformIgnorePatterns: [`node_modules/(?!${esmPackages})`],
  moduleNameMapper: { '\\.(css|scss|sass)$': 'identity-obj-proxy', '\\.svg$': '<rootDir>/test/mocks/file.js' },
  modulePathIgnorePatterns: ['<rootDir>/build', '<rootDir>/dist'],
};

module.exports = {
  reporters: ['default', '<rootDir>/scripts/countReporter.js'],
  projects: [
    {
      ...base,
      displayName: 'node',
      testEnvironment: 'node',
      testMatch: ['<rootDir>/src/**/*.test.ts', '<rootDir>/test/**/*.test.ts'],
      testPathIgnorePatterns: ['\\.(chdb|pg|kafka)\\.test\\.ts$', '/node_modules/'],
    },
    {
      ...base,
      displayName: 'jsdom',
      testEnvironment: 'jest-environment-jsdom',
      testMatch: ['<rootDir>/src/**/*.test.tsx'],
      setupFilesAfterEnv: ['<rootDir>/test/setupDom.ts'],
    },
    {
      ...base,
      displayName: 'engine',
      testEnvironment: 'node',
      setupFilesAfterEnv: ['<rootDir>/test/setupEngine.ts'],
      testMatch: ['<rootDir>/src/**/*.chdb.test.ts', '<rootDir>/test/**/*.chdb.test.ts'],
    },
    {
      ...base,
      displayName: 'postgres',
      testEnvironment: 'node',
      setupFilesAfterEnv: ['<rootDir>/test/setupEngine.ts'],
      testMatch: ['<rootDir>/src/**/*.pg.test.ts', '<rootDir>/test/**/*.pg.test.ts'],
    },
    {
      ...base,
      displayName: 'kafka',
      testEnvironment: 'node',
      setupFilesAfterEnv: ['<rootDir>/test/setupEngine.ts'],
      testMatch: ['<rootDir>/src/**/*.kafka.test.ts', '<rootDir>/test/**/*.kafka.test.ts'],
      // `npm run test:soak` runs these too.
      testPathIgnorePatterns: [
        '/node_modules/',
        ...(process.env.TIDEMARK_DRILL === 'all' ? [] : ['\\.soak\\.kafka\\.test\\.ts$']),
      ],
    },
    {
      ...base,
      displayName: 'browser',
      testEnvironment: 'node',
      setupFilesAfterEnv: ['<rootDir>/test/setupEngine.ts'],
      testMatch: ['<rootDir>/test/browser/*.spec.ts'],
    },
  ],
};

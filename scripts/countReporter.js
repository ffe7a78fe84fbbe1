// Jest reporter: writes the totals where `npm test` reads them for its last line, "N passed, M failed", and tells after a run of
// many files which of them took longest.
const fs = require('node:fs');
const path = require('node:path');

const shown = 20;

module.exports = class CountReporter {
  onRunComplete(_contexts, results) {
    if (results.testResults.length > shown) console.log(slowest(results.testResults));
    const file = process.env.TIDEMARK_TEST_TOTALS;
    if (!file) return;
    fs.mkdirSync(path.dirname(file), { recursive: true });
    const failedSuites = results.testResults.filter((r) => r.testExecError).length;
    fs.writeFileSync(
      file,
      JSON.stringify({
        passed: results.numPassedTests,
        failed: results.numFailedTests + failedSuites,
        skipped: results.numPendingTests + results.numTodoTests,
      }),
    );
  }
};

function slowest(files) {
  const timed = files
    .map(({ testFilePath, perfStats }) => ({
      name: path.relative(process.cwd(), testFilePath),
      seconds: ((perfStats?.end ?? 0) - (perfStats?.start ?? 0)) / 1000,
    }))
    .sort((a, b) => b.seconds - a.seconds);
  const total = timed.reduce((sum, { seconds }) => sum + seconds, 0);
  const lines = timed.slice(0, shown).map(({ name, seconds }) => `${seconds.toFixed(0).padStart(6)} s  ${name}`);
  return `\nThe slowest of ${files.length} files (${total.toFixed(0)} s together):\n${lines.join('\n')}`;
}

// Jest reporter: writes the totals where `npm test` reads them for its last line, "N passed, M failed".
const fs = require('node:fs');
const path = require('node:path');

module.exports = class CountReporter {
  onRunComplete(_contexts, results) {
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

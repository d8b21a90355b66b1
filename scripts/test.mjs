import { relative } from 'node:path'
import { ensureReady } from './setup.mjs'
import { root } from './setup/paths.mjs'
import { runMain } from './setup/say.mjs'
import { lastLine, sum } from './test-support/count.mjs'
import { runSuites } from './test-support/suites.mjs'
import { ensureTools } from './test-support/tools.mjs'

const slowestShown = 8

/** @param {number} ms */
const seconds = (ms) => `${(ms / 1000).toFixed(1).padStart(6)} s`

await runMain(async () => {
  await ensureReady()
  await ensureTools()
  const results = await runSuites(process.argv.slice(2))
  const total = sum(results.map(({ count }) => count))

  console.log('\nSlowest files:')
  for (const { file, ms } of total.files.toSorted((a, b) => b.ms - a.ms).slice(0, slowestShown)) {
    console.log(`${seconds(ms)}  ${file.startsWith('/') ? relative(root, file) : file}`)
  }
  console.log('\nSuites:')
  for (const { name, count, ms } of results) console.log(`${seconds(ms)}  ${name}: ${lastLine(count)}`)
  // Last, so that the end of a long output is enough to know what to run again.
  if (total.failures.length > 0) {
    console.log('\nFailed:')
    for (const failure of total.failures) console.log(`  ${failure.replaceAll(`${root}/`, '')}`)
  }
  console.log(`\n${lastLine(total)}`)
  return total.failed > 0 || total.passed === 0 ? 1 : 0
})

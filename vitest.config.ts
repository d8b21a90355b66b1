import { readFileSync } from 'node:fs'
import { defineConfig } from 'vitest/config'
import { BaseSequencer, type TestSpecification } from 'vitest/node'
import { patienceMs } from './test/patience.ts'

/** Files that start servers use test/support; the others are over in a moment and come first. */
function startsServers(file: string): boolean {
  return /from '\.\.\/(\.\.\/)*support\//.test(readFileSync(file, 'utf8'))
}

class QuickFirst extends BaseSequencer {
  override sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const weighed = files.map((file) => ({ file, slow: startsServers(file.moduleId) ? 1 : 0 }))
    weighed.sort((a, b) => a.slow - b.slow || (a.file.moduleId < b.file.moduleId ? -1 : 1))
    return Promise.resolve(weighed.map(({ file }) => file))
  }
}

export default defineConfig({
  test: {
    include: ['test/**/*.test.{ts,tsx}'],
    exclude: ['test/e2e/**', 'test/electron/**', 'node_modules/**'],
    testTimeout: 180_000,
    hookTimeout: 180_000,
    expect: { poll: { timeout: patienceMs } },
    pool: 'forks',
    // Two cores: more files at once only make the slow ones slower.
    maxWorkers: 2,
    sequence: { sequencer: QuickFirst },
  },
})

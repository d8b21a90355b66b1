import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { describe, expect, it } from 'vitest'
import { nodeBinary } from '../../scripts/setup/paths.mjs'
import { asText, isMet, markdownStyle, plainStyle, type Report } from './report.ts'
import { median, medianRatio, percentile } from './statistics.ts'

const run = promisify(execFile)
const bench = join(import.meta.dirname, 'bench.ts')

const report: Report = {
  node: '24.0.0',
  cores: 2,
  rounds: 3,
  jobs: 100,
  quick: false,
  otherWork: [0.02, 0.04],
  sections: [
    {
      title: 'Speed',
      how: 'Measured.',
      columns: ['jobs/s', 'to inline'],
      rows: [
        { name: 'inline', cells: [{ value: 999.6, unit: 'jobs/s' }, undefined] },
        { name: 'Toril', cells: [undefined, { value: 0.7, unit: '×', aim: { atLeast: 0.72 } }] },
      ],
    },
  ],
}

describe('the report of the bench', () => {
  it('says of each aim whether it is met, and by how much not', () => {
    expect(asText(report, plainStyle)).toContain('Speed: Toril, to inline      0.70  at least 0.72  short by 0.02')
    expect(isMet(30, { atMost: 30 })).toBe(true)
    expect(isMet(NaN, { atMost: 30 })).toBe(false)
  })

  it('has no verdict on what was not measured', () => {
    const cell = { value: NaN, unit: 'ms' as const, aim: { atMost: 100 } }
    const section = { title: 'Search', how: '', columns: ['p95'], rows: [{ name: 'log', cells: [cell] }] }
    expect(asText({ ...report, sections: [section] }, plainStyle)).toMatch(
      /Search: log, p95 +– +at most 100 ms +not measured/,
    )
  })

  it('has tables for Markdown', () => {
    expect(asText(report, markdownStyle)).toContain('| inline |   1000 |           |')
  })

  it('says when other work took part of the machine', () => {
    expect(asText(report, plainStyle)).not.toContain('busy with other work')
    expect(asText({ ...report, otherWork: [0.02, 0.3] }, plainStyle)).toContain('busy with other work')
  })
})

describe('the statistics of the bench', () => {
  it('takes the middle, and the mean of the two in the middle', () => {
    expect(median([3, 1, 2])).toBe(2)
    expect(median([4, 1, 2, 3])).toBe(2.5)
    expect(percentile([5, 1, 4, 2, 3], 99)).toBe(5)
    expect(percentile([5, 1, 4, 2, 3], 50)).toBe(3)
  })

  it('compares within each round', () => {
    expect(medianRatio([10, 200, 30], [10, 100, 10])).toBe(2)
  })
})

describe('npm run bench', () => {
  it('loses and repeats no job while threads and concurrency change, on both backends', async () => {
    const args = [bench, '--quick', '--json', '--jobs', '80', '--only', 'resize']
    // Asked to stop before the test gives up, it ends its servers.
    const { stdout } = await run(nodeBinary, args, { timeout: 150_000 })
    const { sections } = JSON.parse(stdout) as Report
    const counted = sections[0]?.rows.map(({ cells }) => [0, 2, 3].map((column) => cells[column]?.value))
    expect(counted).toEqual([
      [20, 0, 0],
      [5, 0, 0],
    ])
  }, 180_000)

  it('names its measures when asked for one that it does not have', async () => {
    const failure: unknown = await run(nodeBinary, [bench, '--only', 'speed']).catch((error: unknown) => error)
    expect(failure).toMatchObject({ code: 2, stderr: expect.stringContaining('throughput, latency') as string })
  })
})
